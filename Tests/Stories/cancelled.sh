# Cancelled while queued, held and running, and told who did it.
. "$(dirname "$0")/lib.sh"
running=$(launcher submit --name running -- sleep 600) || fail "not submitted"
queued=$(launcher submit --name queued --begin +1h -- true) || fail "not submitted"
held=$(launcher submit --name held --hold -- true) || fail "not submitted"
becomes "$running" state running
is "$held" state held
is "$held" reasonCode heldByUser
is "$queued" reasonCode beginTime
launcher cancel "$running" "$queued" "$held" || fail "not cancelled"
for id in "$running" "$queued" "$held"; do
  becomes "$id" state finished
  is "$id" outcome cancelled
done
launcher cancel "$running" 2>/dev/null
same "cancelling once more" 1 $?
