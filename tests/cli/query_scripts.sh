# Text in scripts of any kind is wrapped by the width of its characters.
"$NSEARCH" index --quiet "$CORPUS"
"$NSEARCH" query 芯片
"$NSEARCH" query библиотека
"$NSEARCH" query Fähre
