# Tables and Markdown: separators, quotes, columns by name, by --map and by content; front matter; dates in file names.
mkdir news
cat >news/harbor.csv <<'CSV'
id;Headline;Text;Publish Date;Category
hp-1;"Heron ""decides"" against the dock";"It stood there; it left.

Nobody said why.";2024-02-03;City
hp-2;Heron again;"It's back.";2024-02-04;City
hp-3;Lost;"a quote that nobody closes;2024-02-05;City
hp-4;Heron counted;"There is one.";2024-02-06;City
hp-5;Too;many;2024-02-07;cells;here
CSV
printf 'title\ttext\tlink\nSeal\tA "seal" slept on pier 4.\thttps://meridianwire.example/seal\n' >news/meridian.tsv
text="stood in the dock all morning, and then all afternoon, and no one could say what it was that it waited for or when it"
{
  printf "Port;'A gull %s''d leave'\r\n" "$text"
  printf "City;'A crane %s would leave'\r\n" "$text"
  printf "Port;'A tern %s would leave'\r\n" "$text"
} >news/noheader.csv
printf 'day,herons\n2024-02-03,4\n2024-02-04,5\n' >news/counts.csv
printf 'no,line,words\n7,Ferry in,The ferry came in.\n' >mapped.csv
cat >news/2024-02-08-whale.md <<'MD'
---
title: Whale: a correction
author: Ines Calloway
tags: [sea, corrections]
---
The *whale* of [Tuesday](https://harborpost.example/whale) was a ~~submarine~~ tarpaulin:

> a `blue` one
MD
printf '+++\ntitle = "Otter"\ndate = 2024-02-09\n+++\nAn otter.\n' >news/otter.markdown
printf '# Newt\n\n- A newt.\n- Another.\n' >news/newt.md
printf 'Toad\nA toad, late.\n' >news/2024-02-10.txt
"$NSEARCH" index --quiet --report problems news
sort problems
"$NSEARCH" show hp-1
"$NSEARCH" show 2024-02-08-whale.md
"$NSEARCH" query --format csv -n all --sort oldest heron
"$NSEARCH" query --no-snippets topic:port
"$NSEARCH" query --no-snippets --since 2024-02-08 'whale OR otter OR toad OR newt'
"$NSEARCH" query seal
"$NSEARCH" index --quiet --index mapped --map title=line --map body=3 --map id=no mapped.csv
"$NSEARCH" show --index mapped 'mapped.csv#7'
