# Every JSON document is valid.
python3 - <<'END'
with open("a.jsonl", "wb") as f:
    f.write(b'{"id": "q\\"\\\\/\\b", "title": "tab\\t \\u0000 \\ud83d\\ude00 \\ud800 \xff\xfe", "text": "heron \xc3\x28 \xed\xa0\x80 \xf4\x90\x80\x80"}\n')
    f.write(b'{"id": "two", "text": "heron, no title"}\n')
END
"$NSEARCH" index --json --report report.jsonl "$CORPUS" a.jsonl a.jsonl >1.json 2>/dev/null
"$NSEARCH" query --json heron moths cloud >2.json
"$NSEARCH" query --json $'heron \xff\xc3 "a\\b\n"' --plain >3.json
"$NSEARCH" related --json hp-alibaba-pla-memo >4.json
"$NSEARCH" show --json two >5.json
"$NSEARCH" stats --json >6.json
"$NSEARCH" query --json --count xyzzy >7.json
"$NSEARCH" query --json --explain $'heron \xff' 'a\b' --facet source --facet topic:all --facet day >8.json
"$NSEARCH" query --format jsonl -n all $'heron \xff' >lines.jsonl
printf 'heron \xff\xc3\n\x01\t\x02 "\\ moths\n' | "$NSEARCH" batch --format json - >>lines.jsonl
python3 -c '
import json
for n in range(1, 9):
    try:
        json.load(open(f"{n}.json", encoding="utf-8"))
    except ValueError as error:
        print(f"{n}.json", error)
for line in open("lines.jsonl", encoding="utf-8"):
    json.loads(line)
for line in open("report.jsonl"):
    assert set(json.loads(line)) == {"path", "record", "kind", "reason"}, line
for hit in json.load(open("2.json"))["hits"]:
    snippet = hit["snippet"].encode()
    for mark in hit["marks"]:
        word = snippet[mark["offset"]:mark["offset"] + mark["length"]].decode()
        assert word and not word.isspace(), (hit["id"], mark)'
