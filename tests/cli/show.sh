# All of an article, by id and by URL.
"$NSEARCH" index --quiet "$CORPUS"
"$NSEARCH" show hp-alibaba-pla-memo
"$NSEARCH" show --json https://www.harborpost.example/2025/11/14/alibaba-pla-memo
"$NSEARCH" show letters/2024-02-14-passwords.txt
"$NSEARCH" show nobody
