# COLUMNS sets the width, up to 120.
"$NSEARCH" index --quiet "$CORPUS"
COLUMNS=120 "$NSEARCH" query Alibaba PLA -n 2
COLUMNS=40 "$NSEARCH" query Alibaba PLA -n 1
COLUMNS=500 "$NSEARCH" query Alibaba -n 3 | awk '{ if (length > most) most = length } END { print most <= 120 }'
