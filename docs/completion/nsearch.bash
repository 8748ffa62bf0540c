# bash completion for nsearch

_nsearch_options() {
  case $1 in
    index) echo "--engine --shard --language --title-weight --no-text --map --include --exclude --ids --again --prune --prune-empty --threads --memory
      --wait --report --progress --quiet --json --index --help" ;;
    query) echo "-n --offset --since --until --sort --facet --all --plain --count --no-snippets --explain --timeout --partial --format
      --json --index --help" ;;
    related) echo "-n --offset --since --until --copies --no-snippets --partial --json --index --help" ;;
    show) echo "--json --index --help" ;;
    delete) echo "--query --dry-run --wait --json --index --help" ;;
    check) echo "--fast --quiet --json --index --help" ;;
    optimize) echo "--purge --wait --json --index --help" ;;
    stats) echo "--json --index --help" ;;
    shards) echo "--json --index --help" ;;
    batch) echo "--partial --format -n --tag --syntax --all --sort --count --timeout --timing --index --help" ;;
  esac
}

_nsearch() {
  local commands="index query related show delete stats check optimize batch shards help"
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="$commands --help --version"
  else
    case $before in
      --index) compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        return ;;
      --report) compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return ;;
      --ids) words="file global" ;;
      --progress) words="none text json" ;;
      --engine) words="native xapian" ;;
      --format) [ "$command" = query ] && words="id jsonl csv" || words="plain trec json" ;;
      --sort) words="relevance newest oldest" ;;
      --facet) words="source section topic lang author site year month day" ;;
      --map) compopt -o nospace 2>/dev/null
        words="id= url= title= body= source= section= language= author= topic= published= updated=" ;;
      -n | --offset | --since | --until | --timeout | --threads | --memory | --wait | --title-weight | --language | \
        --include | --exclude | --tag | --query)
        return ;;
      *)
        case $word in
          -*) words=$(_nsearch_options "$command") ;;
          *)
            case $command in
              help) words=$commands ;;
              index | batch) compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen -f -- "$word")
                return ;;
            esac ;;
        esac ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _nsearch nsearch
