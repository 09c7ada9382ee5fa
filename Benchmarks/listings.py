"""Listings of made-up jobs, the same jobs in each reader's own format. Deterministic for a seed."""
import json
import os
import random
import time
from xml.sax.saxutils import escape

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
            directory = "/home/user%02d/jobs" % user
            output = "%s/slurm-%s.out" % (directory, shown)
            three.write("\x1f".join([shown, state, reason]) + "\x1f\n")
            everything.write("\x1f".join([
                shown, str(number), state, str(exit_code), "0", str(submitted), str(started or "N/A"),
                str(started + used) if started else "N/A", clock(used), "user%02d" % user, str(2000 + user),
                rng.choice(["main", "debug", "gpu", "long"]), "cluster1", nodes, "(null)", reason, directory, output,
                output, "run_%s_%d" % (rng.choice(["md", "train", "cfd", "post"]), place),
            ]) + "\x1f\n")
            psij.write("%-20.20s%-20.20s%-20.20s\n" % (shown, SLURM_STATES[state][0], reason))
    return truth


PBS_STATES = {"Q": (10, 40), "R": (42, 34), "F": (92, 18), "H": (20, 3), "E": (51, 2), "W": (30, 1), "S": (45, 1), "T": (0, 1)}


def pbs(folder, count, seed=2):
    """Writes qstat.json as OpenPBS of 2026 prints it, qstat-poisoned.json, the same with a name in the middle that is no
    JSON, and qstat.xml, the same jobs as Torque 6.1 would print them; returns what every reader has to find in the JSON
    and in the XML: the number of jobs in each native state."""
    rng, truth = random.Random(seed), {}
    names, weights = list(PBS_STATES), [weight for _, weight in PBS_STATES.values()]
    paths = [os.path.join(folder, name) for name in ("qstat.json", "qstat-poisoned.json", "qstat.xml")]
    with open(paths[0], "w") as whole, open(paths[1], "w") as poisoned, open(paths[2], "w") as xml:
        for file in (whole, poisoned):
            file.write('{\n\t"timestamp":\t%d,\n\t"pbs_version":\t"23.06.06",\n\t"pbs_server":\t"pbs01",\n\t"Jobs":\t{' % NOW)
        xml.write('<?xml version="1.0"?>\n<Data>')
        for place in range(count):
            state = rng.choices(names, weights)[0]
            truth[state] = truth.get(state, 0) + 1
            job = pbs_job(rng, place, state)
            text = ("," if place else "") + '\n\t\t"%d.pbs01":\t%s' % (1000000 + place, pbs_json(job, 3))
            whole.write(text)
            if place == count // 2:
                text = text.replace('"Job_Name":\t"%s"' % job["Job_Name"], '"Job_Name":\tnan')
            poisoned.write(text)
            xml.write("<Job><Job_Id>%d.pbs01</Job_Id>%s</Job>" % (1000000 + place, pbs_xml(torque(job))))
        for file in (whole, poisoned):
            file.write("\n\t}\n}\n")
        xml.write("</Data>\n")
    return truth, {("C" if state == "F" else state): number for state, number in truth.items()}


def pbs_job(rng, place, state):
    user, host = "user%02d" % rng.randrange(40), "node%04d" % rng.randrange(1, 900)
    cpus, limit = rng.choice([1, 4, 16, 64]), rng.choice([3600, 14400, 86400])
    submitted, used = NOW - rng.randrange(1, 400000), rng.randrange(1, limit)
    has_begun = state in "RFES"
    home, front = "/home/" + user, "login1.cluster.example.org"
    job = {"Job_Name": "run_%d" % place, "Job_Owner": user + "@" + front}
    if has_begun:
        job["resources_used"] = {
            "cpupercent": 98, "cput": hours(used), "mem": "%dkb" % rng.randrange(9000, 9000000), "ncpus": cpus,
            "vmem": "%dkb" % rng.randrange(9000, 9000000), "walltime": hours(used),
        }
    job.update(job_state=state, queue="workq", server="pbs01", Checkpoint="u", ctime=submitted)
    job["Error_Path"] = "%s:%s/jobs/run_%d.e" % (front, home, place)
    if has_begun:
        job["exec_host"] = "%s/0*%d" % (host, cpus)
        job["exec_vnode"] = "(%s:ncpus=%d:mem=1048576kb)" % (host, cpus)
    job.update(Hold_Types="u" if state == "H" else "n", Join_Path="n", Keep_Files="n", Mail_Points="a", mtime=submitted + 60)
    job.update(Output_Path="%s:%s/jobs/run_%d.o" % (front, home, place), Priority=0, qtime=submitted, Rerunable="True")
    job["Resource_List"] = {
        "mem": "4gb", "mpiprocs": cpus, "ncpus": cpus, "nodect": 1, "place": "free",
        "select": "1:ncpus=%d:mpiprocs=%d:mem=4gb" % (cpus, cpus), "walltime": hours(limit),
    }
    if has_begun:
        job.update(stime=submitted + 30, session_id=20000 + place % 40000, jobdir=home)
    job["substate"] = PBS_STATES[state][0]
    job["Variable_List"] = {
        "PBS_O_HOME": home, "PBS_O_LANG": "en_US.UTF-8", "PBS_O_LOGNAME": user,
        "PBS_O_PATH": "/opt/pbs/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:%s/.local/bin" % home,
        "PBS_O_MAIL": "/var/spool/mail/" + user, "PBS_O_SHELL": "/bin/bash",
        "PBS_O_WORKDIR": "%s/jobs/run%d" % (home, place % 977), "PBS_O_SYSTEM": "Linux", "PBS_O_QUEUE": "workq",
        "PBS_O_HOST": front, "OMP_NUM_THREADS": cpus, "MODULEPATH": "/apps/modules/core:/apps/modules/compilers",
    }
    begun = "Job run at %s on (%s)" % (time.strftime("%a %b %d at %H:%M", time.gmtime(submitted)), host)
    job["comment"] = begun if has_begun else "Not Running: Insufficient amount of resource: ncpus"
    job.update(etime=submitted, run_count=1, Submit_arguments="-l select=1:ncpus=%d job.sh" % cpus)
    job.update(project="_pbs_project_default", Submit_Host=front)
    if state == "F":
        job.update(Exit_status=rng.choice([0, 0, 0, 1, 271, 265, -29]), obittime=submitted + used)
    return job


INSTANTS = ("ctime", "mtime", "qtime", "etime", "stime", "obittime")


def pbs_json(members, depth):
    """An object with a line for each member, indented by tabulators."""
    lines = []
    for name, value in members.items():
        if isinstance(value, dict):
            text = pbs_json(value, depth + 1)
        elif depth == 3 and name in INSTANTS:
            text = json.dumps(time.strftime("%a %b %e %H:%M:%S %Y", time.gmtime(value)))
        else:
            text = json.dumps(value)
        lines.append("\t" * depth + '"%s":\t%s' % (name, text))
    return "{\n%s\n%s}" % (",\n".join(lines), "\t" * (depth - 1))


TORQUE_NAMES = {
    "stime": "start_time", "obittime": "comp_time", "Exit_status": "exit_status", "run_count": "start_count",
    "Submit_arguments": "submit_args", "Submit_Host": "submit_host",
}
PRO_ONLY = ("substate", "project", "exec_vnode", "jobdir")


def torque(job):
    """The same job with the names and values of Torque."""
    members = {TORQUE_NAMES.get(name, name): value for name, value in job.items() if name not in PRO_ONLY}
    members["job_state"] = "C" if job["job_state"] == "F" else job["job_state"]
    members["Variable_List"] = ",".join("%s=%s" % pair for pair in job["Variable_List"].items())
    members["init_work_dir"] = job["Variable_List"]["PBS_O_WORKDIR"]
    if "exec_host" in job:
        members["exec_host"] = job["exec_host"].replace("0*", "0-")
    return members


def pbs_xml(members):
    return "".join(
        "<%s>%s</%s>" % (name, pbs_xml(value) if isinstance(value, dict) else escape(str(value)), name)
        for name, value in members.items()
    )


def hours(seconds):
    return "%02d:%02d:%02d" % (seconds // 3600, seconds % 3600 // 60, seconds % 60)
LSF_STATES = {"PEND": 40, "RUN": 35, "DONE": 12, "EXIT": 6, "PSUSP": 2, "USUSP": 2, "SSUSP": 1, "UNKWN": 1, "PROV": 1}
LSF_REASONS = [
    "New job is waiting for scheduling;", "Job slot limit reached: 3 hosts;", "Job dependency condition not satisfied;",
]


def lsf(folder, count, seed=2):
    """Writes bjobs-volclava.json and bjobs-ibm.json for our reader, bjobs-psij.json for PSI/J's; returns what every reader
    has to find: the number of jobs in each native state."""
    rng, truth = random.Random(seed), {}
    names, weights = list(LSF_STATES), list(LSF_STATES.values())
    with open(os.path.join(folder, "bjobs-volclava.json"), "w") as volclava, \
         open(os.path.join(folder, "bjobs-ibm.json"), "w") as ibm, open(os.path.join(folder, "bjobs-psij.json"), "w") as psij:
        volclava.write('{\n\t"COMMAND":\t"bjobs",\n\t"JOBS":\t%d,\n\t"RECORDS":\t[' % count)
        for file in (ibm, psij):
            file.write('{\n  "COMMAND":"bjobs",\n  "JOBS":%d,\n  "RECORDS":[\n' % count)
        for place in range(count):
            state = rng.choices(names, weights)[0]
            truth[state] = truth.get(state, 0) + 1
            # A quarter of the jobs are elements of arrays of 50; PSI/J keeps one job for each id.
            task = place % 50 + 1 if place % 200 < 50 else 0
            number = 1000000 + place - (task - 1 if task else 0)
            submitted = NOW - rng.randrange(1, 400000)
            has_begun = state not in ("PEND", "PSUSP", "PROV")
            has_ended = state in ("DONE", "EXIT")
            started = submitted + rng.randrange(1, 90000) if has_begun else None
            used = rng.randrange(1, 170000) if has_begun else 0
            host = "node%04d" % rng.randrange(1, 900)
            user, queue = "user%02d" % rng.randrange(40), rng.choice(["normal", "short", "gpu", "long"])
            name = "run_%s_%d" % (rng.choice(["md", "train", "cfd", "post"]), place) + ("[%d]" % task if task else "")
            code = rng.choice([1, 2, 130, 137]) if state == "EXIT" else 0
            why = rng.choice(["", "TERM_OWNER: job killed by owner"]) if state == "EXIT" else ""
            ended = started + used if has_ended else None
            cpu = "%03d:%02d:%02d.%02d" % (used // 3600, used // 60 % 60, used % 60, used % 100)
            wide = lambda moment: time.strftime("%m/%d-%H:%M:%S", time.gmtime(moment)) if moment else "-"
            whole = lambda moment: time.strftime("%b %e %H:%M:%S %Y", time.gmtime(moment)) if moment else ""
            volclava.write((", " if place else "") + "{\n" + ",\n".join('\t\t\t"%s":\t"%s"' % field for field in [
                ("JOBID", number), ("USER", user), ("STAT", state), ("QUEUE", queue), ("FROM_HOST", "login1"),
                ("EXEC_HOST", host if has_begun else ""), ("JOB_NAME", name),
                ("SUBMIT_TIME", time.strftime("%b %e %H:%M", time.gmtime(submitted))), ("PROJ_NAME", "default"),
                ("CPU_USED", cpu), ("MEM", rng.randrange(9000)), ("SWAP", 0), ("PIDS", "1234" if has_begun else "-"),
                ("START_TIME", wide(started)), ("FINISH_TIME", wide(ended)),
            ]) + "\n\t\t}")
            ibm.write((",\n" if place else "") + "    {\n" + ",\n".join('      "%s":"%s"' % field for field in [
                ("JOBID", number), ("JOBINDEX", task), ("USER", user), ("STAT", state), ("QUEUE", queue),
                ("EXEC_HOST", "4*" + host if has_begun else ""), ("SUBMIT_TIME", whole(submitted)),
                ("START_TIME", whole(started)), ("FINISH_TIME", whole(ended) + (" L" if has_ended else "")),
                ("CPU_USED", "%d second(s)" % used), ("MAX_MEM", "%d Mbytes" % rng.randrange(1, 9000) if has_begun else ""),
                ("RUN_TIME", "%d second(s)" % used), ("EXIT_CODE", code or ""), ("EXIT_REASON", why), ("KILL_REASON", ""),
                ("SUSPEND_REASON", ""), ("PEND_REASON", rng.choice(LSF_REASONS) if state == "PEND" else ""),
                ("JOB_NAME", name),
            ]) + "\n    }")
            psij.write((",\n" if place else "") + "    {\n" + ",\n".join('      "%s":"%s"' % field for field in [
                ("JOBID", 1000000 + place), ("STAT", state), ("EXIT_REASON", ""), ("KILL_REASON", ""), ("SUSPEND_REASON", ""),
            ]) + "\n    }")
        volclava.write("]\n}\n")
        for file in (ibm, psij):
            file.write("\n  ]\n}\n")
    return truth


def clock(seconds):
    days, rest = divmod(seconds, 86400)
    text = time.strftime("%H:%M:%S", time.gmtime(rest))
    return "%d-%s" % (days, text) if days else text
