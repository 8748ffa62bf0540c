# Articles of remote shards are deleted, an index is added to without naming its shards again, and what cannot be done over
# a network is said.
. "$ROOT/tests/cli/servers.bash"
for name in one two three; do serve $name; done
try index --quiet $(shards one two three) "$CORPUS"
try delete --dry-run --query 'source:"meridian wire" date:..2024'
try delete hp-lighthouse-sold https://www.harborpost.example/2025/11/14/alibaba-pla-memo no-such-article
try show hp-lighthouse-sold
try delete --query 'memo'
try query --count memo
try delete --query 'memo'
try stats --json | grep '"articles"'

# What was deleted comes again, and what is there is replaced.
try index --again --json "$CORPUS" | grep -E '"(articles|replaced)"'
try query --count memo
try stats --json | grep '"articles"'
try index --quiet --engine native "$CORPUS"
try index --quiet --title-weight 3 "$CORPUS"

try optimize
try check
try check --json
stop two
try check
try check --quiet
try delete hp-lighthouse-sold
serve two
stop one three
serve one three
serve three one
try check
try check --json
stop one two three
serve one
serve three one
try check
