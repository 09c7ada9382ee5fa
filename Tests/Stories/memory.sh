# A job that takes more memory than it asked for is killed, and is not told as one that succeeded.
. "$(dirname "$0")/lib.sh"
id=$(launcher submit --memory 50M -- python3 -c 'x = bytearray(800 << 20); import time; time.sleep(600)') || fail "not submitted"
over "$id"
# A Slurm that watches memory by looking, not by cgroups, tells the signal and no more.
is "$id" outcome failed
is "$id" signal SIGKILL
