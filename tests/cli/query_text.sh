# A question's answer for people: 80 columns, no colour when it is no terminal.
"$NSEARCH" index --quiet "$CORPUS"
"$NSEARCH" query Alibaba PLA
