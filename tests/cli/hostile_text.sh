# Nothing of an article, a path or a question can steer a terminal, and JSON stays valid and means the same.
python3 - <<'END'
import json
bad = "".join(map(chr, range(1, 32))) + "\x7f\x80\x9b31m\x9d\u2028\u2029\u202e\u2066\u200b\ufeff\U000e0041"
article = {"id": "x\x1b[2Jid", "title": "\x1b]0;owned\x07Title " + bad, "text": "heron " + bad + " \x1b[31mred",
           "url": "http://a.example/\x1b[8m", "source": "S\x9b8m", "author": "A\x1bc", "section": "\x1b7", "lang": "e\x1b"}
open("a\x1b[5mb.jsonl", "w").write(json.dumps(article) + "\n{broken\n")
END
"$NSEARCH" index . >out1 2>&1
"$NSEARCH" query heron >out2
"$NSEARCH" query --json heron >out3
printf 'heron\n' | "$NSEARCH" batch - >out4
printf 'heron\n' | "$NSEARCH" batch --format trec - >out5
id=$(python3 -c 'import json; print(json.load(open("out3"))["hits"][0]["id"])')
"$NSEARCH" show "$id" >out6
"$NSEARCH" show --json "$id" >out7
"$NSEARCH" related "$id" >out8
"$NSEARCH" query $'"\033[31m\302\233' 2>out9
"$NSEARCH" show $'no\033[31m' 2>out10
"$NSEARCH" query $'--\033[31m' 2>out11
python3 - <<'END'
import json, unicodedata
for n in range(1, 12):
    text = open(f"out{n}", encoding="utf-8").read()
    wrong = {c for c in text if c not in "\n\t" and (unicodedata.category(c) in ("Cc", "Zl", "Zp")
             or c in "\u202e\u2066\u200b\ufeff\U000e0041")}
    if wrong or not text or ("\t" in text and n != 4):
        print(f"out{n}", wrong, repr(text))
print("heron" in json.load(open("out3"))["hits"][0]["snippet"], "heron" in json.load(open("out7"))["body"])
END
