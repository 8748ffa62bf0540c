# The version, and nothing else.
"$NSEARCH" --version
