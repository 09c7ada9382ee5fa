"""An sbatch that submits and then does not say so."""
import json
import os
import shutil

# What is done with the real sbatch's answer, by the name of the case.
CASES = {
    "silent": 'exit 0',
    "failed": 'echo "sbatch: error: Socket timed out on send/recv operation" >&2; exit 1',
    "killed": 'kill -9 $$',
    "banner": 'echo "*** Welcome to the cluster ***"; echo "$answer"; exit $code',
    "cut": 'printf "%.0s" "$answer"; exit 0',
    "slow": 'sleep 3; echo "$answer"; exit $code',
    "error with 0": 'echo "sbatch: error: slurm_receive_msg: Zero Bytes were transmitted or received" >&2; exit 0',
}


def answers_lost(bench):
    """Each case submits one job; the program has to come to know of exactly that."""
    real = shutil.which("sbatch", path=bench.environment()["PATH"])
    expected = []
    for number, (case, lines) in enumerate(CASES.items()):
        folder = f"bin{number}"
        bench.write(
            f"{folder}/sbatch",
            f'#!/bin/bash\n[ "$1" = --version ] && exec {real} "$@"\nanswer=$({real} "$@")\ncode=$?\n{lines}\n',
            executable=True,
        )
        name = bench.job(number)
        path = f"{os.path.join(bench.folder, folder)}:{bench.environment()['PATH']}"
        code, output, errors = bench.launcher(
            "submit", "--json", "--name", name, "--hold", "--", "true", PATH=path
        )
        expected.append(name)
        if code != 0:
            # “Not known” is honest; it has to be settled later.
            bench.demand("is not known" in errors, f"{case}: exit {code}: {errors}")
        else:
            bench.demand(json.loads(output)["id"].isdigit(), f"{case}: {output}")
    for _ in range(3):
        if bench.launcher("reconcile")[0] == 0:
            break
    bench.count(expected)
