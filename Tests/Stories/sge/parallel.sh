# Tasks become slots of a parallel environment with the right rule, and what none can place is refused.
. "$(dirname "$0")/../lib.sh"
output=$(launcher run --tasks 2 --nodes 1 -- sh -c 'echo $NSLOTS $PE')
same "slots and environment on one node" "2 smp" "$output"
output=$(launcher run --tasks 3 -- sh -c 'echo $NSLOTS $PE')
same "slots and environment anywhere" "3 mpi" "$output"
launcher submit --nodes 2 --tasks-per-node 3 -- true 2>/dev/null
same "three on each node, which no environment does" 65 $?
