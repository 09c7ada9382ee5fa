# What the stories are told with. Run with sh; `launcher` is on PATH, and `cluster`, which changes the cluster itself
# and does nothing in a replay.
set -u

fail() {
  echo "NOT SO: $*" >&2
  exit 1
}

# same WHAT EXPECTED FOUND
same() { [ "$2" = "$3" ] || fail "$1: expected ‘$2’, found ‘$3’"; }

# told JOB MEMBER: a member of the job's status, such as state, outcome, exitCode, signal, reasonCode. Nothing where the
# job cannot be asked for; the launcher has said why.
told() {
  status=$(launcher status --json "$1")
  [ -n "$status" ] || return 0
  printf '%s' "$status" | python3 -c '
import json, sys
status = json.load(sys.stdin)[0]
for name in sys.argv[1].split("."):
    status = status[int(name)] if isinstance(status, list) else status.get(name, "")
print(json.dumps(status) if isinstance(status, (list, dict)) else status)' "$2"
}

# becomes JOB MEMBER VALUE: waits until the job's status says so. A replay is looked at without waiting.
becomes() {
  tries=0
  while [ "$(told "$1" "$2")" != "$3" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 900 ] || fail "job $1: $2 is ‘$(told "$1" "$2")’ and does not become ‘$3’"
    [ -n "${LAUNCHER_REPLAY:-}" ] || sleep 1
  done
}

# is JOB MEMBER VALUE
is() { same "job $1: $2" "$3" "$(told "$1" "$2")"; }

# Waits until a job is over; its status, not its success, is the story's.
over() { launcher wait "$1" >/dev/null || :; }
