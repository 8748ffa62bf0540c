# What the options of query do.
"$NSEARCH" index --quiet "$CORPUS"
ids() { "$NSEARCH" query --json --no-snippets "$@" | sed -n 's/^ *"\(rank\|id\)": /\1 /p' | paste - - | sed 's/\t/ /'; }
echo '---- -n, --offset'
ids cloud -n 2
ids cloud -n2 --offset 2
echo '---- --since, --until'
ids cloud --since 2025-11-19
ids cloud --since 2024-10 --until 2024-10-02
echo '---- --all'
"$NSEARCH" query --count cloud bridge
"$NSEARCH" query --count --all cloud bridge
echo '---- --plain'
"$NSEARCH" query --count -- cloud -memo
"$NSEARCH" query --count --plain -- cloud -memo
echo '---- --count --json'
"$NSEARCH" query --count --json cloud
echo '---- -n 0'
"$NSEARCH" query -n 0 moths
echo '---- arguments are joined'
ids '"zero-day flaws"'
ids '"zero-day' 'flaws"'
echo '---- fields'
ids source:'"Harbor Post"' -n 3
