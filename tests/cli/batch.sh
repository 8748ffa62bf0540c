# Many questions: with and without an id, empty lines, words that look like syntax.
"$NSEARCH" index --quiet "$CORPUS"
printf 'Alibaba PLA\n\nzd\t"zero-day\nmemo "\r\n  moths -butterflies' >questions
echo '---- plain'
"$NSEARCH" batch -n 2 questions
echo '---- trec'
"$NSEARCH" batch -n 3 --format trec --tag 'run 1' - <<<$'q 1\twheat rain\n'
echo '---- how many unless said'
yes the | head -n 1 | "$NSEARCH" batch --syntax - | wc -l
yes the | head -n 1 | "$NSEARCH" batch --syntax --format trec - | wc -l
