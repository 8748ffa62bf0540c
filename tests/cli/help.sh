# Help of the program and of every command; --help is the same, and asks nothing else of the command line.
"$NSEARCH" help
for command in index query related show delete stats check optimize batch shards help; do
  echo "---- $command"
  "$NSEARCH" help $command
  "$NSEARCH" help $command >one
  [ $command = help ] || "$NSEARCH" $command --help >other || exit
  [ $command = help ] || cmp one other || exit
done
"$NSEARCH" --help | cmp - <("$NSEARCH" help)
