# How hits came to their scores: the parts are those of the words that are there, and add up.
"$NSEARCH" index --quiet "$CORPUS"
"$NSEARCH" query --explain --json --no-snippets -n 3 Alibaba PLA memo >answer.json
"$NSEARCH" query --explain --json --count Alibaba >count.json
"$NSEARCH" query --explain --json --sort newest -n 2 Alibaba >newest.json
"$NSEARCH" query --json Alibaba >usual.json
python3 - <<'END'
import json
answer, count, newest, usual = (json.load(open(name + ".json")) for name in ("answer", "count", "newest", "usual"))
for hit in answer["hits"]:
    print(hit["id"])
    for part in hit["explain"]:
        print("  {term} df {df} tf {tf}".format(**part), round(part["score"], 4))
    assert abs(sum(part["score"] for part in hit["explain"]) - hit["score"]) < 1e-6
for document in (answer, count, newest):
    assert set(document["explain"]) == {"tree", "plan"} and document["explain"]["tree"] and document["explain"]["plan"]
    assert "alibaba" in document["explain"]["tree"]
assert count["hits"] == []
assert [hit["explain"] for hit in newest["hits"]] == [[], []]
assert "explain" not in usual and "explain" not in usual["hits"][0]
END
echo '---- as text'
"$NSEARCH" query --explain -n 1 --no-snippets 'Alibaba PLA m?mo' | grep -E 'at least|understood as|searched by|here, in|constant'
