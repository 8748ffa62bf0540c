# Without a single article there is no index, a message says so, and the run ends with 5.
mkdir empty binary
head -c 3000 /dev/zero >binary/zeros.bin
echo '{"id": "a"}' >none.jsonl
for path in empty binary none.jsonl; do
  "$NSEARCH" index $path
  echo "status $?"
done
ls -A
