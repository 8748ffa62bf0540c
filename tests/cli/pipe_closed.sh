# A reader that goes away ends the program quietly.
for i in $(seq 1 3000); do echo "{\"id\": \"n$i\", \"title\": \"Heron number $i seen again near the old canal\"}"; done >a.jsonl
"$NSEARCH" index --quiet a.jsonl
"$NSEARCH" query -n 3000 heron | head -n 1
"$NSEARCH" query -n 3000 --json heron | head -n 1
"$NSEARCH" query -n all --format csv heron | head -n 1
yes heron | head -n 500 | "$NSEARCH" batch - | head -n 1
echo "status ${PIPESTATUS[2]}"
