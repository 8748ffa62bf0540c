# --timing sums up on standard error.
"$NSEARCH" index --quiet "$CORPUS"
printf 'moths\ncloud\nmemo\n' | "$NSEARCH" batch --timing -n 1 -
"$NSEARCH" batch --timing /dev/null
