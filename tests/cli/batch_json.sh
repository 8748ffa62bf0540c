# Many questions as JSON lines, counts alone, all words required, by date.
"$NSEARCH" index --quiet "$CORPUS"
printf 'cloud memo\n\nzd\t"moths"\nq\\"3\txyzzy\n' >questions
echo '---- JSON'
"$NSEARCH" batch --format json -n 2 questions
echo '---- JSON, counts'
"$NSEARCH" batch --format json --count --syntax questions
echo '---- counts'
"$NSEARCH" batch --count questions
"$NSEARCH" batch --count --all questions
echo '---- -n all, --sort'
"$NSEARCH" batch -n all --sort oldest --syntax questions | cut -f 1-4
echo '---- a line that cannot be asked'
echo '"open' | "$NSEARCH" batch --format json --syntax -
echo "status $?"
"$NSEARCH" batch --format json questions | python3 -c 'import json, sys; [json.loads(line) for line in sys.stdin]'
"$NSEARCH" batch --count --format trec questions
echo "status $?"
