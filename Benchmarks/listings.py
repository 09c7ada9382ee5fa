"""Listings of made-up jobs, the same jobs in each reader's own format. Deterministic for a seed."""
import os
import random
import time

SLURM_STATES = {
    "PENDING": ("PD", 40), "RUNNING": ("R", 35), "COMPLETED": ("CD", 10), "FAILED": ("F", 5), "CANCELLED": ("CA", 3),
    "TIMEOUT": ("TO", 2), "COMPLETING": ("CG", 2), "CONFIGURING": ("CF", 1), "NODE_FAIL": ("NF", 1), "SUSPENDED": ("S", 1),
}
PENDING_REASONS = ["Priority", "Resources", "Dependency", "JobHeldUser", "QOSMaxJobsPerUser", "BeginTime"]
END_REASONS = {"FAILED": "NonZeroExitCode", "TIMEOUT": "TimeLimit", "NODE_FAIL": "NodeDown"}
NOW = 1795220000


def slurm(folder, count, seed=1):
    """Writes squeue-three.txt and squeue-all.txt for our reader, squeue-psij.txt for PSI/J's; returns what every
    reader has to find: the number of jobs in each native state."""
    rng, truth = random.Random(seed), {}
    names, weights = list(SLURM_STATES), [weight for _, weight in SLURM_STATES.values()]
    with open(os.path.join(folder, "squeue-three.txt"), "w") as three, \
         open(os.path.join(folder, "squeue-all.txt"), "w") as everything, \
         open(os.path.join(folder, "squeue-psij.txt"), "w") as psij:
        psij.write("%-20s%-20s%-20s\n" % ("JOBID", "ST", "REASON"))
        for place in range(count):
            state = rng.choices(names, weights)[0]
            truth[state] = truth.get(state, 0) + 1
            number = 1000000 + place
            # A quarter of the jobs are tasks of arrays of 50.
            task = place % 50 if place % 200 < 50 else None
            shown = str(number) if task is None else "%d_%d" % (number - task, task)
            reason = rng.choice(PENDING_REASONS) if state == "PENDING" else END_REASONS.get(state, "None")
            submitted = NOW - rng.randrange(1, 400000)
            has_begun = state not in ("PENDING", "CONFIGURING")
            started = submitted + rng.randrange(1, 90000) if has_begun else None
            used = rng.randrange(1, 170000) if has_begun else 0
            user = rng.randrange(40)
            first, more = rng.randrange(1, 900), rng.choice([0, 0, 0, 1, 3])
            nodes = "" if not has_begun else "node%04d" % first if not more else "node[%04d-%04d]" % (first, first + more)
            exit_code = rng.choice([256, 512, 768]) if state == "FAILED" else 15 if state == "CANCELLED" else 0
            directory = "/home/user%02d/work" % user
            output = "%s/slurm-%s.out" % (directory, shown)
            three.write("\x1f".join([shown, state, reason]) + "\x1f\n")
            everything.write("\x1f".join([
                shown, str(number), state, str(exit_code), "0", str(submitted), str(started or "N/A"),
                str(started + used) if started else "N/A", clock(used), "user%02d" % user, str(2000 + user),
                rng.choice(["main", "debug", "gpu", "long"]), "cluster1", nodes, "(null)", reason, directory, output, output,
                "run_%s_%d" % (rng.choice(["md", "train", "cfd", "post"]), place),
            ]) + "\x1f\n")
            psij.write("%-20.20s%-20.20s%-20.20s\n" % (shown, SLURM_STATES[state][0], reason))
    return truth


def clock(seconds):
    days, rest = divmod(seconds, 86400)
    text = time.strftime("%H:%M:%S", time.gmtime(rest))
    return "%d-%s" % (days, text) if days else text
