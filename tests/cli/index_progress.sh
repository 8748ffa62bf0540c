# --progress: lines of JSON for programs, whatever standard error is; a line for people; nothing.
mkdir news
cat >news/a.jsonl <<'END'
{"id": "a1", "title": "The first of three"}
{"id": "a2", "title": "The second, cut sh
{"id": "a3", "title": "The third of three"}
END
echo '{"id": "b"}' >news/b.json
"$NSEARCH" index --quiet --progress json news 2>lines
echo "status $?"
python3 - <<'PYTHON'
import json
lines = [json.loads(line) for line in open("lines")]
phases = [line["phase"] for line in lines if "phase" in line]
print("phases:", " ".join(dict.fromkeys(phases)))
for line in lines:
    if "phase" not in line:
        print(json.dumps(line))
done = lines[-1]
for name in ("bytes_per_second", "seconds", "seconds_left"):
    print(name, type(done.pop(name)).__name__ in ("int", "float", "NoneType"))
print(json.dumps(done))
PYTHON

echo '== standard input has no known size'
"$NSEARCH" index --index piped --quiet --progress json - <news/b.json 2>lines
"$NSEARCH" index --index piped --quiet --progress json - <news/a.jsonl 2>lines
grep -c '"share": null' lines | sed 's/^[1-9][0-9]*$/some without a share/'

echo '== nothing, and a line where no terminal is'
"$NSEARCH" index --index none --quiet --progress none news
"$NSEARCH" index --index text --quiet --progress text news 2>line
tr '\r' '\n' <line | grep -ao 'writing the index'

echo '== another word'
"$NSEARCH" index --progress loud news
