"""One scenario's surroundings: a user with a store of their own, the real Slurm, and the figures."""
import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
import time
import uuid

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
CLUSTER = os.path.join(REPOSITORY, "Tests/Clusters/slurm/cluster")


def cluster(*words):
    """Does something to the cluster, as root."""
    subprocess.run([CLUSTER, *words], check=True, stdout=subprocess.DEVNULL)


class Bench:
    def __init__(self, name, full):
        self.name = name
        self.full = full
        self.user = os.environ.get("LAUNCHER_TEST_SLURM_USER", "lktest")
        self.build = subprocess.run(
            [os.path.join(REPOSITORY, "Scripts/build"), "--show-bin-path"], check=True, capture_output=True, text=True,
        ).stdout.strip()
        self.root = tempfile.mkdtemp(prefix="launcher-faults-", dir="/var/tmp")
        os.chmod(self.root, 0o755)
        self.folder = self.make_folder("home")
        self.state = os.path.join(self.folder, "state")
        self.figures = {}
        # What squeue showed so far, by the jobs' ids.
        self.held = {}
        self.complaints = []

    # The user and their programs

    def make_folder(self, name):
        path = os.path.join(self.root, name)
        os.makedirs(path, exist_ok=True)
        account = pwd.getpwnam(self.user)
        os.chown(path, account.pw_uid, account.pw_gid)
        return path

    def environment(self, **more):
        told = subprocess.run([CLUSTER, "environment"], check=True, capture_output=True, text=True).stdout
        variables = dict(line.removeprefix("export ").split("=", 1) for line in told.splitlines())
        return {
            "PATH": f"{self.build}:/usr/local/bin:/usr/bin:/bin", "HOME": self.folder, "USER": self.user,
            "LAUNCHER_STATE": self.state, "LAUNCHER_ADAPTER": "slurm", "LAUNCHER_ADAPTER_PATH": self.build,
            **variables, **more,
        }

    def start(self, *words, stdout=subprocess.PIPE, **environment):
        """Starts `launcher`, as the user."""
        return subprocess.Popen(
            [os.path.join(self.build, "launcher"), *words],
            user=self.user, group=pwd.getpwnam(self.user).pw_gid, extra_groups=[], cwd=self.folder,
            env=self.environment(**environment), stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )

    def launcher(self, *words, **environment):
        """Runs `launcher` to its end: exit code, standard output, standard error."""
        process = self.start(*words, **environment)
        output, errors = process.communicate()
        return process.returncode, output, errors

    def write(self, name, text, executable=False):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755 if executable else 0o644)
        return path

    # The present state

    def in_slurm(self):
        """The names of the jobs that Slurm holds, or held when this was called before, one for each job: it forgets jobs
        some seconds after their end."""
        answer = subprocess.run(
            ["squeue", "--noheader", "--states=all", f"--user={self.user}", "--format=%i %j"],
            env=self.environment(), check=True, capture_output=True, text=True,
        ).stdout
        self.held.update(line.split(" ", 1) for line in answer.splitlines())
        return [name for name in self.held.values() if name.startswith(f"{self.name}.")]

    def in_store(self, state=None):
        """The names of the jobs that the store holds as submitted, one for each."""
        store = sqlite3.connect(f"file:{state or self.state}/jobs.sqlite?mode=ro", uri=True)
        try:
            rows = store.execute("SELECT name FROM job WHERE phase = 'submitted' AND id IS NOT NULL").fetchall()
        finally:
            store.close()
        return [name for (name,) in rows if name and name.startswith(f"{self.name}.")]

    def unsettled(self):
        store = sqlite3.connect(f"file:{self.state}/jobs.sqlite?mode=ro", uri=True)
        try:
            return store.execute("SELECT count(*) FROM job WHERE phase IN ('intended', 'uncertain')").fetchone()[0]
        finally:
            store.close()

    def job(self, number):
        """The name of a job of this scenario."""
        return f"{self.name}.{number}"

    def bulk(self, count):
        """A file with that many jobs that stay in the queue."""
        lines = [
            json.dumps({"name": self.job(number), "command": ["true"], "hold": True}) for number in range(count)
        ]
        return self.write(f"bulk-{count}.json", "\n".join(lines) + "\n")

    @staticmethod
    def token():
        return uuid.uuid4().hex

    # The figures

    def count(self, expected, states=None):
        """Compares what should be with what Slurm and the store hold."""
        there = self.in_slurm()
        known = [name for state in states or [self.state] for name in self.in_store(state)]
        self.figures["submitted"] = len(expected)
        self.figures["found"] = len(set(there))
        self.figures["lost"] = len(set(expected) - set(known)) + len(set(there) - set(known))
        self.figures["doubled"] = len(there) - len(set(there)) + len(known) - len(set(known))
        missing = set(expected) - set(there)
        self.demand(not missing, f"not in Slurm: {sorted(missing)[:5]}")

    def demand(self, holds, complaint):
        if not holds:
            self.complaints.append(complaint)

    def eventually(self, condition, complaint, seconds=900):
        """Waits until something is so, and demands that it becomes so."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                self.demand(False, complaint)
                return
            time.sleep(0.05)

    @property
    def failed(self):
        return bool(self.complaints or self.figures.get("lost") or self.figures.get("doubled"))

    def line(self):
        figures = "  ".join(f"{name} {value}" for name, value in self.figures.items())
        return f"{'FAILED' if self.failed else 'ok    '}  {self.name}: {figures}"

    def clear(self):
        subprocess.run(["scancel", f"--user={self.user}"], env=self.environment(), check=False)
        subprocess.run(["umount", "-q", os.path.join(self.root, "small")], stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(self.root, ignore_errors=True)
