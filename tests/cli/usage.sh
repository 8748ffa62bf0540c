# Wrong usage ends with 2, says what is wrong and how the command is used.
try() {
  "$NSEARCH" "$@"
  echo "status $?" >&2
}
try
try qeury x
try Alibaba
try --index x query y
try query
try query --jsn x
try query -tibet x
try query -n
try query -n ten x
try query -n -1 x
try query -n 99999999999999999999 x
try query --count=3 x
try query --since x
try related
try related a b
try show
try stats now
try batch
try batch --format xml x
try index
try index --memory lots x
try index --memory 99999999999G x
try index --ids no x
try help nothing
