# Without an index every command that reads one says how to make it and ends with 4.
for words in 'query x' 'related x' 'show x' 'stats' 'batch /dev/null'; do
  # shellcheck disable=SC2086
  "$NSEARCH" $words
  echo "status $?"
  # shellcheck disable=SC2086
  "$NSEARCH" $words --index elsewhere
  echo "status $?"
done
ls -A
