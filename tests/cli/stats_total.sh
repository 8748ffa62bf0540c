# The parts add up to the size of the files.
"$NSEARCH" index --quiet "$CORPUS"
"$NSEARCH" stats --json | python3 -c '
import json, os, sys
parts = json.load(sys.stdin)["bytes"]
total = parts.pop("total")
files = sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(".nsearch") for name in names)
print(total == sum(parts.values()) or parts, total == files or f"parts are {total} bytes, files {files}")'
