# Pages: known by content or by name, packed or not, one article each, with the fields that they state. One without an id
# of its own goes by its canonical URL, else by its path.
mkdir pages
cat >pages/ferry.html <<'PAGE'
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Ferry runs aground off San Telmo | Harbor Post</title>
<meta property="og:site_name" content="Harbor Post">
<link rel="canonical" href="https://www.harborpost.example/2025/11/04/ferry-aground">
<script type="application/ld+json">
{"@type": "NewsArticle", "headline": "Ferry runs aground off San Telmo", "datePublished": "2025-11-04T09:30:00+01:00",
 "author": [{"@type": "Person", "name": "Greta Halloran"}], "articleSection": "Sea", "keywords": ["ferry", "harbour"]}
</script>
</head>
<body>
<div id="cookie-consent"><p>We use cookies to see what you read. You may refuse all but those that are needed.</p></div>
<nav><ul><li><a href="/">Home</a></li><li><a href="/sea">Sea</a></li></ul></nav>
<article>
<h1>Ferry runs aground off San Telmo</h1>
<p class="byline">By Greta Halloran</p>
<p>The ferry to San Telmo ran aground on Tuesday, and all 214 passengers were taken off by boats.</p>
<p>Nobody was hurt, said the harbour master, who wouldn&rsquo;t say who had been on the bridge.</p>
<ul><li>The ship is 34 years old.</li><li>It was last inspected in May.</li></ul>
<p>Read more: <a href="/storm">The storm that came out of nowhere</a></p>
</article>
<section class="comments"><h2>Comments</h2><p>I was on that ferry, and nobody told us anything for an hour.</p></section>
<footer><p>Copyright 2025 by the Harbor Post. All rights are reserved.</p></footer>
</body>
</html>
PAGE
printf '<title>Sturm</title><meta charset=windows-1252><p>Der Sturm nahm am Dienstag das Dach der Markthalle mit, die B\374rger staunten.' |
  gzip >pages/sturm.htm.gz
printf '<HTML><HEAD><TITLE>Old frames</TITLE></HEAD><FRAMESET><FRAME SRC="a.html"></FRAMESET></HTML>' >pages/frames
printf '<!doctype html><html><body><div id=app></div></body></html>' >pages/nothing.html
printf '<?xml version="1.0"?><table-of-things/>' >pages/things.xml
"$NSEARCH" index pages
"$NSEARCH" show https://www.harborpost.example/2025/11/04/ferry-aground
"$NSEARCH" show --json sturm.htm.gz
"$NSEARCH" query --no-snippets frames
"$NSEARCH" query cookies storm comments copyright
