# A line that cannot be asked is named, the others are answered, and the run ends with 5.
"$NSEARCH" index --quiet "$CORPUS"
printf 'a\tmoths\nb\t"open\n\tno id\nc\t\nd\tmo\0ths\ne\tpasswords\n' >questions
"$NSEARCH" batch --syntax -n 1 questions
echo "status $?"
"$NSEARCH" batch nowhere
echo "status $?"
"$NSEARCH" batch .
echo "status $?"
