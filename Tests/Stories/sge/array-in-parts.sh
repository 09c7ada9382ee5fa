# Of an array some tasks have ended, one runs, one is held and one was cancelled.
. "$(dirname "$0")/../lib.sh"
# The first two run until the others were spoken to.
id=$(launcher submit --array 1-5%2 -- sh -c '
  case $LAUNCHER_ARRAY_INDEX in
  1) until [ -e spoken ]; do sleep 1; done; exit 3 ;;
  2) sleep 600 ;;
  esac') || fail "not submitted"
launcher hold "$id.4" || fail "not held"
launcher cancel "$id.5" || fail "not cancelled"
: >spoken
becomes "$id.3" state finished
becomes "$id.2" state running
is "$id" state running
is "$id.1" exitCode 3
is "$id.1" index 1
is "$id.3" outcome succeeded
is "$id.4" state held
is "$id.5" outcome cancelled
launcher cancel "$id" || fail "not cancelled"
becomes "$id" state finished
is "$id.1" exitCode 3
is "$id.4" outcome cancelled
