# A tree of everything that is read: each format, compression, archive and several encodings, and one of each thing that
# can be wrong. Counts by reason, the fields of each article, and what a second run says; with any number of threads the
# same index.
python3 - <<'PYTHON'
import bz2, email.message, gzip, hashlib, io, json, lzma, os, subprocess, tarfile, zipfile

def put(path, data, encoding="utf-8"):
    os.makedirs(os.path.dirname("news/" + path), exist_ok=True)
    with open("news/" + path, "wb") as out:
        out.write(data.encode(encoding) if isinstance(data, str) else data)

def tar_of(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()

def zip_of(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()

def line(id, title, **more):
    return (json.dumps({"id": id, "title": title, "text": "A heron stood in the dock.", **more}) + "\n").encode()

# JSON
put("json/lines.jsonl", line("line-1", "Lines", date="2024-01-01T10:00:00+02:00", author="Ines Calloway", section="City")
    + line("line-2", "Replaced") + b'{"id": "line-3", "title": ""}\n' + b'{"id": "line-4", "title": "Cut\n'
    + line("line-2", "Lines, later", tags=["birds"]))
put("json/wrapped.json", json.dumps({"articles": [{"id": "wrapped-1", "headline": "Wrapped", "content": "<p>A heron.</p>"}]}))
put("json/one.json", '{"title": "Alone", "body": "A heron.", "published": "3 February 2024"}')
put("json/ninjs.json", '{"uri": "urn:wire:1", "headline": "Ninjs", "body_xhtml": "<p>A heron.</p>", '
    '"versioncreated": "2024-01-03T00:00:00Z", "language": "en"}')
put("json/picture.json", '{"uri": "urn:wire:2", "type": "picture"}')
put("json/lengthy.jsonl.gz", gzip.compress(b'{"id": "lengthy", "text": "' + b"heron " * (12 << 20) + b'"}\n', 1))
put("json/big.jsonl", b"".join(line(f"big-{n}", f"Big {n}", date="1990-01-01", notes="n" * 400) for n in range(2000)))
# feeds
put("feeds/post.rss", '''<?xml version="1.0" encoding="ISO-8859-1"?><rss version="2.0"><channel><title>Harbor Post</title>
<link>https://post.example/</link><item><title>Le h\u00e9ron</title><link>/heron</link><description>A heron.</description>
<pubDate>Thu, 04 Jan 2024 10:00:00 EST</pubDate></item></channel></rss>''', "latin-1")
put("feeds/wire.xml", '''<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title><entry><id>tag:wire.example:1</id>
<title>Atom</title><published>2024-01-05T08:00:00Z</published><author><name>Tobias Renn</name></author>
<content type="html">&lt;p>A heron.&lt;/p></content></entry></feed>''')
put("feeds/export.xml", '''<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Blog</title><wp:wxr_version>1.2</wp:wxr_version>
<item><title>Exported</title><link>https://blog.example/1</link><wp:post_type>post</wp:post_type><wp:status>publish</wp:status>
<content:encoded><![CDATA[<p>A heron.</p>]]></content:encoded><wp:post_date_gmt>2024-01-06 08:00:00</wp:post_date_gmt></item>
<item><title>heron.jpg</title><wp:post_type>attachment</wp:post_type></item></channel></rss>''')
put("iptc/nitf.xml", '''<nitf><head><docdata><date.issue norm="20240107"/></docdata></head><body><body.head><hedline>
<hl1>Nitf</hl1></hedline></body.head><body.content><p>A heron.</p></body.content></body></nitf>''')
put("iptc/newsml.xml", '''<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
<newsItem guid="urn:newsml:1" xml:lang="en"><itemMeta><itemClass qcode="ninat:text"/><versionCreated>2024-01-08T00:00:00Z
</versionCreated></itemMeta><contentMeta><headline>Newsml</headline></contentMeta><contentSet><inlineXML>
<html xmlns="http://www.w3.org/1999/xhtml"><body><p>A heron.</p></body></html></inlineXML></contentSet></newsItem>
<newsItem guid="urn:newsml:2"><itemMeta><itemClass qcode="ninat:picture"/></itemMeta></newsItem></itemSet></newsMessage>''')
put("iptc/newsml1.xml", '''<NewsML><NewsItem><Identification><NewsIdentifier><ProviderId>wire.example</ProviderId>
<DateId>20240102</DateId><NewsItemId>1</NewsItemId></NewsIdentifier></Identification><NewsManagement>
<FirstCreated>20240102T000000Z</FirstCreated></NewsManagement><NewsComponent><NewsLines><HeadLine>Newsml 1</HeadLine></NewsLines>
<ContentItem><DataContent>A heron.</DataContent></ContentItem></NewsComponent></NewsItem></NewsML>''')
# Reuters' corpora and TREC
put("sgml/rcv1.xml", '<newsitem itemid="1" date="2024-01-09"><headline>Rcv1</headline><text><p>A heron.</p></text></newsitem>')
put("sgml/reuters.sgm", '''<!DOCTYPE lewis SYSTEM "lewis.dtd">
<REUTERS TOPICS="YES" NEWID="1"><DATE> 9-JAN-2024 10:12:44.06</DATE><TOPICS><D>birds</D></TOPICS>
<TEXT>&#2;<TITLE>REUTERS</TITLE><BODY>A heron.&#3;</BODY></TEXT></REUTERS>''')
put("sgml/day.trec", "<DOC><DOCNO> DAY-1 </DOCNO><DATE> 2024-01-10 </DATE><HEADLINE> Trec </HEADLINE>"
    "<TEXT>A heron.</TEXT></DOC>")
# crawls
def http(status, body):
    return b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" % status + body
def warc(kind, url, content):
    return (f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:0>\r\nWARC-Date: 2024-01-11T00:00:00Z\r\n"
            f"WARC-Target-URI: {url}\r\nContent-Type: application/http;msgtype=response\r\n"
            f"Content-Length: {len(content)}\r\n\r\n").encode() + content + b"\r\n\r\n"
page = b"<html lang=en><title>%s</title><article><h1>%s</h1><p>A heron stood in the dock, and nobody knew why.</p></article></html>"
put("crawl/a.warc.gz", b"".join(gzip.compress(record) for record in (
    warc("response", "https://crawl.example/warc/", http(b"200 OK", page % (b"Warc", b"Warc"))),
    warc("revisit", "https://crawl.example/again", b""), warc("response", "https://crawl.example/no", http(b"404 No", b"")))))
content = http(b"200 OK", page % (b"Arc", b"Arc"))
put("crawl/b.arc", b"filedesc://b.arc 0.0.0.0 20240112030405 text/plain 20\n1 0 Somebody's craw\n\n\n"
    + b"https://crawl.example/arc 1.2.3.4 20240112030405 text/html %d\n" % len(content) + content + b"\n")
# mail
put("mail/box.mbox", "".join(f"From desk@wire.example Sat Jan 13 00:00:00 2024\nFrom: Jane Roe <jane@wire.example>\n"
    f"Date: Sat, 13 Jan 2024 0{n}:00:00 +0000\nSubject: Mail {n}\nMessage-ID: <{n}@wire>\n\nA heron.\n\n" for n in (1, 2)))
letter = email.message.EmailMessage()
letter["From"], letter["Date"], letter["Subject"] = "J <j@wire.example>", "Sun, 14 Jan 2024 00:00:00 +0000", "\u0426\u0430\u043f\u043b\u044f"
letter["Message-ID"] = "<3@wire>"
letter.set_content("Heron: \u0446\u0430\u043f\u043b\u044f \u0432 \u0434\u043e\u043a\u0435.\n", charset="koi8-r")
put("mail/letter.eml", letter.as_bytes())
# pages, Markdown, tables, text
put("pages/story.html", '''<!doctype html><html lang="en"><head><meta charset="windows-1252"><title>A \u201cpage\u201d</title>
<meta property="article:published_time" content="2024-01-15T09:00:00Z"><meta name="author" content="Greta Halloran">
</head><body><nav><a href="/">Home</a></nav><article><h1>A \u201cpage\u201d</h1><p>A heron stood in the dock, and nobody knew
why.</p></article></body></html>''', "cp1252")
put("pages/sjis.html", '''<html lang="ja"><head><meta charset="shift_jis"><title>\u30b5\u30ae</title></head><body><article>
<h1>\u30b5\u30ae</h1><p>heron \u30b5\u30ae\u304c\u6e2f\u306b\u3044\u305f\u3002</p></article></body></html>''', "shift_jis")
put("text/note.md", "---\ntitle: Markdown\ndate: 2024-01-16\nauthor: Tobias Renn\ntags: [birds]\n---\n\nA *heron*.\n")
put("text/letter.txt", "A letter\n\nDear heron.\n")
put("text/wide.txt", "\ufeffWide\n\nA heron in \u00dcbersee.\n", "utf-16-le")
put("text/bad.txt", b"Bad bytes\n\nA heron \xff\xfe\xfd in a text that is UTF-8: \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9.\n")
put("tables/rows.csv", 'id;title;text;date\nrow-1;Rows;"A heron;\nit stood.";17.01.2024\nrow-2;Torn;x;y;z;too many\n')
put("tables/rows.tsv", "id\theadline\tbody\tpublished\ntab-1\tTabs\tA heron.\t2024-01-18\n")
put("tables/export.txt", "id\ttitle\tbody\tdate\n" + "".join(f"e-{n}\tExport {n}\tA heron.\t2024-01-19\n" for n in range(8)))
# compression and archives
put("packed/a.jsonl.bz2", bz2.compress(line("bz2", "Packed by bzip2")))
put("packed/b.jsonl.xz", lzma.compress(line("xz", "Packed by xz")))
put("packed/c.jsonl.zst", subprocess.run(["zstd", "-qc"], input=line("zst", "Packed by zstd"), stdout=subprocess.PIPE, check=True).stdout)
put("packed/cut.txt.gz", gzip.compress(b"Cut short\n\nA heron. " + hashlib.sha512(b'').hexdigest().encode())[:-60])
put("packed/year.tar.gz", gzip.compress(tar_of([("01/a.json", line("tar", "In a tar")), ("01/moth.txt", b"Moth\n\nNo heron.\n")]), 9, mtime=0))
put("packed/nested.zip", zip_of([("in.tar", tar_of([("deep.json", line("deep", "In a tar in a zip"))])), ("b.json", line("zip", "In a zip"))]))
locked = bytearray(zip_of([("secret.json", line("secret", "Secret"))]))
for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
    locked[locked.index(mark) + flags] |= 1
put("packed/locked.zip", bytes(locked))
# no news
put("other/picture.bin", bytes(range(256)))
put("other/empty.txt", "")
put("other/.hidden.txt", "Hidden\n\nA heron.\n")
PYTHON
export_all() { "$NSEARCH" query --index "$1" --format csv -n all --sort newest '*'; }

echo '== counts'
"$NSEARCH" index --index 1 --threads 1 --json --report report news >counts 2>errors
echo "status $?"
cat counts
sed -n 's/.*"replaced_bytes": \([0-9]*\).*/not decoded: \1/p' counts
wc -l <errors
echo '== reasons'
sort report
echo '== fields, but of the many articles of a file that threads share'
export_all 1 | cut -d, -f 3- | grep -v '^big-'
"$NSEARCH" show --index 1 --json row-1 | grep '"body"'
"$NSEARCH" show --index 1 --json line-2 | grep '"topics"'

echo '== threads'
for threads in 2 3 8; do
  "$NSEARCH" index --index $threads --threads $threads --segment-articles 6 --quiet --report report.$threads news 2>/dev/null
  cmp <(export_all 1) <(export_all $threads) && cmp <(sort report) <(sort report.$threads) && echo "$threads: the same"
done

echo '== again'
sleep 2.1 # what is younger is told by its bytes, which is another way to the same end
"$NSEARCH" index --index 1 --report report news 2>/dev/null
echo "status $?"
sort report
