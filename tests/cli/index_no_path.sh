# A path that does not exist is wrong usage; nothing is read and no index is left behind.
"$NSEARCH" index "$CORPUS" nowhere
echo "status $?"
ls -A
