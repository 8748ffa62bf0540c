# A search whose time is over prints nothing and ends with 75.
"$NSEARCH" index --quiet "$CORPUS"
"$NSEARCH" query --timeout 1 cloud $(seq 1 18000)
echo "status $?"
"$NSEARCH" query --timeout 1 --format id cloud $(seq 1 18000)
echo "status $?"
"$NSEARCH" query --timeout 600000 --format id -n 1 cloud
"$NSEARCH" query --timeout soon cloud
echo "status $?"
echo '---- batch: that line only'
{
  echo "cloud $(seq -s ' ' 1 40000)"
  echo moths
} >questions
"$NSEARCH" batch --timeout 50 questions
echo "status $?"
{
  echo '"open'
  cat questions
} | "$NSEARCH" batch --syntax --timeout 50 -
echo "status $?"
