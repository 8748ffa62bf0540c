# A folder of feeds and of the IPTC's formats, whole and broken: what becomes of each file, and the fields of each article.
mkdir news
cat >news/a.rss <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Harbor Post</title>
<link>https://www.harborpost.example/</link><language>en</language>
<item><title>Heron &amp; dock</title><link>/heron</link><guid isPermaLink="false">hp-heron</guid>
<description>&lt;p&gt;A heron stood in the dock.&lt;/p&gt;</description><pubDate>Sat, 03 Feb 2024 10:00:00 +0100</pubDate>
<dc:creator>By Ines Calloway</dc:creator><category>City</category></item>
<item><link>/nothing</link></item>
</channel></rss>
XML
cat >news/b.xml <<'XML'
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://meridianwire.example/"><title>Meridian Wire</title>
<entry><id>tag:meridianwire.example,2024:2</id><title type="html">Heron &lt;i>leaves&lt;/i></title><link href="story/2"/>
<updated>2024-02-04T08:00:00Z</updated><author><name>Tobias Renn</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>It left.</p></div></content></entry></feed>
XML
printf '<rss><channel><title>Cut</title><item><title>Heron & fish</b></title><link>https://cut.example/1?a=b&c=d</link></item>
<item><title>Heron again</title><descr' >news/c.xml
cat >news/d.xml <<'XML'
<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
<newsItem guid="urn:newsml:wire.example:1"><itemMeta><itemClass qcode="ninat:text"/></itemMeta><contentMeta>
<headline>Heron counted</headline></contentMeta></newsItem>
<newsItem guid="urn:newsml:wire.example:2"><itemMeta><itemClass qcode="ninat:picture"/></itemMeta></newsItem>
</itemSet></newsMessage>
XML
cat >news/e.xml <<'XML'
<nitf><head><docdata><date.issue norm="20240205"/></docdata></head><body><body.head><hedline><hl1>Heron, an opinion</hl1>
</hedline></body.head><body.content><p>Leave it alone.</p></body.content></body></nitf>
XML
echo '{"uri": "https://wire.example/3", "type": "planning", "versioncreated": "2024-02-06T00:00:00Z"}' >news/f.json
echo '<page>A heron</page>' >news/g.xml
cat >news/h.xml <<'XML'
<NewsML><NewsEnvelope><SentFrom><Party FormalName="Meridian Wire"/></SentFrom></NewsEnvelope><NewsItem><Identification>
<NewsIdentifier><ProviderId>wire.example</ProviderId><DateId>20030402</DateId><NewsItemId>4</NewsItemId>
<RevisionId PreviousRevision="0" Update="N">1</RevisionId></NewsIdentifier></Identification><NewsManagement>
<FirstCreated>20030402T101500+0000</FirstCreated></NewsManagement><NewsComponent><NewsLines><HeadLine>Heron, a history
</HeadLine><ByLine>By Tobias Renn</ByLine></NewsLines><DescriptiveMetadata><Language FormalName="en"/></DescriptiveMetadata>
<ContentItem><DataContent><p>It came in 1996.</p></DataContent></ContentItem></NewsComponent></NewsItem><NewsItem>
<NewsComponent><ContentItem Href="heron.jpg"><MediaType FormalName="Photo"/></ContentItem></NewsComponent></NewsItem></NewsML>
XML
cat >news/i.xml <<'XML'
<newsitem itemid="17" id="root" date="1996-08-20" xml:lang="en"><title>HARBOR: Heron comes.</title><headline>Heron comes.
</headline><text><p>It stood in the dock.</p></text><metadata><dc element="dc.source" value="Wire"/></metadata></newsitem>
XML
"$NSEARCH" index --report report.jsonl news
echo "status $?"
sort report.jsonl
"$NSEARCH" query --format csv -n all --sort newest heron
