#!/usr/bin/env python3
"""Holds an adapter against Documentation/AdapterProtocol.md.

usage: check.py ADAPTER...     exit code 1 on a violation, which is named
       check.py --self-test    the adapters of this folder have to pass, those in broken/ have to fail

It is a small host of its own: it starts the adapter, really runs the native commands it asks for
(with bin/ in PATH and a fresh folder as TINY_QUEUE), and takes away their output as soon as it may.
What needs a scheduler is checked with adapters whose scheduler is `tiny`; the rest with any.
"""
import concurrent.futures, json, os, re, shutil, signal, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
GREATEST_LINE = 16 << 20
STATES = "queued held starting running suspended finishing finished unknown".split()
OUTCOMES = """succeeded failed cancelled walltimeExceeded memoryExceeded nodeFailure preempted deadlineMissed launchFailed
    dependencyFailed movedElsewhere unknown""".split()
CAUSES = "notYetVisible gone unreachable unreadable unrecognised".split()
NAMES = {1: "incompatibleProtocol", 2: "unsupportedMethod", 3: "badRequest", 4: "mustUnderstand", 5: "tooLarge",
         6: "cancelled", 10: "unsupportedField", 11: "invalidValue", 12: "unknownQueue", 13: "accountDenied",
         14: "limitExceeded", 15: "qosDenied", 16: "scriptUnreadable", 17: "directoryUnusable",
         20: "schedulerUnreachable", 21: "schedulerBusy", 22: "schedulerTimedOut", 23: "submitLimitReached",
         24: "accountingUnavailable", 25: "credentialExpired", 30: "unknownJob", 31: "alreadyFinished",
         32: "notPermitted", 33: "wrongState", 34: "uncertainSubmission", 35: "malformedID", 40: "unreadableOutput",
         41: "unreadableRecord", 42: "unrecognisedState", 43: "truncatedOutput", 44: "unrecognisedFailure",
         60: "commandMissing", 61: "permissionDenied", 62: "diskFull", 63: "argumentListTooLong", 64: "notRecorded",
         65: "dryRun", 66: "internalFailure"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
SIGNAL = re.compile(r"SIG[A-Z0-9]+(\+\d+)?")


class Violation(Exception):
    pass


class Refused(Exception):
    """An error of the adapter, as it should be."""

    def __init__(self, error):
        super().__init__(f"{error['code']} {NAMES.get(error['code'], '?')}: {error['message']}")
        self.code, self.message = error["code"], error["message"]


def demand(condition, sentence):
    if not condition:
        raise Violation(sentence)


def check_keys(value, owner, required, optional=()):
    """required and optional: names with the type of each; unknown names are allowed."""
    demand(isinstance(value, dict), f"{owner} is not an object: {value!r}")
    for name, kind in required.items():
        demand(name in value, f"{owner} lacks '{name}'")
    for name, kind in {**required, **dict(optional)}.items():
        found = value.get(name)
        if found is None and name not in required:
            continue
        good = isinstance(found, kind) and (kind is bool or not isinstance(found, bool)) if isinstance(
            kind, (type, tuple)) else isinstance(found, str) and kind.fullmatch(found)
        demand(good, f"{owner}: '{name}' is {found!r}")


def check_error(error, owner="an error"):
    check_keys(error, owner, {"code": int, "message": str}, {"data": dict})
    demand(error["code"] in NAMES or error["code"] in (-32601, -32700, -32600, -32602, -32603),
           f"{owner} has the number {error['code']}, which an adapter has no business to use")
    data = error.get("data") or {}
    if "name" in data:
        demand(data["name"] == NAMES.get(error["code"]), f"{owner}: {error['code']} is not {data['name']}")
    check_keys(data, owner, {}, {"category": str, "advice": str, "command": dict, "retryAfterSeconds": (int, float)})
    if data.get("command"):
        check_keys(data["command"], owner, {"argv": list},
                   {"exitCode": int, "signal": SIGNAL, "timedOut": bool, "stderrTail": str})


def check_status(status):
    check_keys(status, "a status", {"id": str, "state": str}, {
        "index": int, "name": str, "user": str, "queue": str, "server": str, "exitCode": int, "signal": SIGNAL,
        "coreDumped": bool, "reason": str, "reasonCode": str, "canEverRun": bool, "attempt": int, "nodes": list,
        "submittedAt": INSTANT, "startedAt": INSTANT, "endedAt": INSTANT, "observedAt": INSTANT, "usage": dict,
        "directory": str, "stdout": str, "stderr": str, "native": dict, "source": str, "taskCounts": dict,
        "tasks": list})
    owner = f"the status of {status['id']}"
    demand(status["state"] in STATES, f"{owner}: there is no state '{status['state']}'")
    if status["state"] == "finished":
        demand(status.get("outcome") in OUTCOMES, f"{owner}: the outcome is {status.get('outcome')!r}")
    if status["state"] == "unknown":
        demand(status.get("cause") in CAUSES, f"{owner}: the cause is {status.get('cause')!r}")
    if status["state"] != "finished":
        early = [name for name in ("outcome", "exitCode", "signal", "endedAt") if status.get(name) is not None]
        demand(not early, f"{owner}: it is {status['state']}, and its {', '.join(early)} is reported")
    for task in status.get("tasks") or []:
        check_status(task)


def check_detection(value):
    check_keys(value, "the detection", {"presence": str, "evidence": list},
               {"version": str, "server": str, "flavour": str, "insideJob": str})
    demand(value["presence"] in ("absent", "installed", "responding"), f"presence is '{value['presence']}'")
    for fact in value["evidence"]:
        check_keys(fact, "evidence", {"direction": re.compile("for|against"), "fact": str})


def check_description(value):
    check_keys(value, "the description", {"protocol": int, "adapter": dict, "scheduler": str, "operations": list,
                                          "fields": list}, {"commands": str, "limits": dict, "tokenPlace": str})
    check_keys(value["adapter"], "the adapter's identity", {"name": str, "version": str})
    demand(value.get("commands", "host") in ("host", "adapter"), f"commands is '{value.get('commands')}'")


RESULTS = {
    "initialize": check_description, "detect": check_detection,
    "submit": lambda value: check_keys(value, "a submission", {}, {"job": dict, "remarks": list, "plan": list}),
    "poll": lambda value: check_keys(value, "a poll's end", {"complete": bool}, {"problem": dict}),
    "find": lambda value: check_keys(value, "what was found", {"jobs": list}),
    "cancel": lambda value: check_keys(value, "what came of it", {"results": list}),
    "queues": lambda value: check_keys(value, "the queues", {"queues": list}),
    "nodes": lambda value: check_keys(value, "the nodes", {"nodes": list}),
}


class Host:
    """One adapter process and the host's side of the conversation with it."""

    def __init__(self, path, queue=None, initialize=True, **environment):
        self.name, self.queue = os.path.basename(path), queue
        self.environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC", "PATH": f"{HERE}/bin:{os.environ['PATH']}"}
        self.environment.pop("TINY_QUEUE", None)
        if queue:
            self.environment["TINY_QUEUE"] = queue
        self.environment.update(environment)
        self.scratch = tempfile.mkdtemp(prefix="check-")
        self.log = open(f"{self.scratch}/log", "w+b")
        self.lock = threading.Condition()
        self.writing = threading.Lock()
        self.answers, self.reports, self.open, self.fault, self.count = {}, {}, {}, None, 0
        self.commands = []     # what was asked to run
        self.serve = None      # a test's own way to run a command
        self.dry = False
        # The adapter's own environment does not say where the queue is: only commands know.
        own = {name: value for name, value in os.environ.items() if name != "TINY_QUEUE"}
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
                                        env=own, cwd="/", start_new_session=True)
        threading.Thread(target=self.read, daemon=True).start()
        self.description = None
        if initialize:
            try:
                self.description = self.request("initialize", greeting(1, 1), limit=5)
                demand(self.description["protocol"] == 1,
                       f"protocol {self.description['protocol']} was chosen; 1 was offered")
            except BaseException:
                self.kill()
                raise

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.kill()

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def last_words(self):
        self.log.seek(0)
        words = self.log.read()[-2000:].decode("utf-8", "replace").strip()
        return f"; its standard error ends: {words}" if words else ""

    # What the adapter sends

    def read(self):
        buffer = b""
        try:
            while piece := os.read(self.process.stdout.fileno(), 1 << 16):
                *lines, buffer = (buffer + piece).split(b"\n")
                for line in lines:
                    demand(len(line) < GREATEST_LINE, "a line is longer than 16 MiB")
                    self.receive(line)
                demand(len(buffer) < GREATEST_LINE, "a line is longer than 16 MiB")
            demand(not buffer, f"the output ends in the middle of a line: {buffer[:80]!r}")
            fault = "the adapter closed its output"
        except Exception as error:
            fault = str(error) if isinstance(error, Violation) else repr(error)
        with self.lock:
            self.fault = fault
            self.lock.notify_all()

    def receive(self, line):
        try:
            message = json.loads(line.decode("utf-8"))
        except ValueError:
            raise Violation(f"a line on standard output is no message: {line[:80]!r}")
        demand(isinstance(message, dict) and message.get("jsonrpc") == "2.0", f"this is not JSON-RPC 2.0: {line[:80]!r}")
        method, id, params = message.get("method"), message.get("id"), message.get("params", {})
        if method is None:
            self.take_answer(id, message)
            return
        demand(isinstance(params, dict), f"the parameters of {method} are not an object")
        if id is not None:
            demand(isinstance(id, (int, str)) and not isinstance(id, bool), f"a request has the id {id!r}")
            threading.Thread(target=self.answer, args=(id, method, params), daemon=True).start()
        elif method == "report":
            check_keys(params, "a report", {"request": (int, str), "jobs": list}, {"unreadable": list})
            for status in params["jobs"]:
                check_status(status)
            for record in params.get("unreadable") or []:
                check_keys(record, "an unreadable record", {"source": str, "message": str},
                           {"id": str, "offset": int, "excerpt": str})
            with self.lock:
                demand(params["request"] in self.open, f"a report names the request {params['request']!r}, "
                                                       "which is not under way")
                self.reports.setdefault(params["request"], []).append(params)
        elif method == "log":
            check_keys(params, "a log line", {"level": str, "message": str})

    def take_answer(self, id, message):
        demand(("result" in message) != ("error" in message), f"an answer needs a result or an error: {message}")
        if "error" in message:
            check_error(message["error"])
        with self.lock:
            if id is None:
                return
            demand(id in self.open, f"an answer names {id!r}, which is not under way")
            method = self.open.pop(id)
            if "result" in message and method in RESULTS:
                RESULTS[method](message["result"])
            self.answers[id] = message
            if not self.open:
                # No request may need the output any more.
                for entry in os.listdir(self.scratch):
                    if entry != "log":
                        os.unlink(f"{self.scratch}/{entry}")
            self.lock.notify_all()

    def answer(self, id, method, params):
        try:
            if method != "run":
                outcome = {"error": {"code": 2, "message": f"a host does not know {method}"}}
            else:
                check_keys(params, "run", {"argv": list}, {"stdin": str, "setEnvironment": dict, "effect": str,
                           "unsetEnvironment": list, "timeLimitSeconds": (int, float)})
                demand(params["argv"] and all(isinstance(word, str) for word in params["argv"]), "run: argv is odd")
                with self.lock:
                    self.commands.append(params)
                if self.dry and params.get("effect") != "reads":
                    outcome = {"error": {"code": 65, "message": f"a dry run does not run '{params['argv'][0]}'",
                                         "data": {"name": "dryRun", "category": "permanent"}}}
                else:
                    outcome = {"result": (self.serve or self.run)(params)}
        except Violation as violation:
            with self.lock:
                self.fault = str(violation)
                self.lock.notify_all()
            return
        except OSError:
            return  # the check is over, and its folder gone
        self.send({"id": id, **outcome})

    def files(self):
        with self.lock:
            self.count += 1
            return f"{self.scratch}/{self.count}.stdout", f"{self.scratch}/{self.count}.stderr"

    def run(self, params):
        environment = {**self.environment, **params.get("setEnvironment", {})}
        for name in params.get("unsetEnvironment", []):
            beginning = name[:-1] if name.endswith("*") else None
            for key in list(environment):
                if key == name or beginning is not None and key.startswith(beginning):
                    environment.pop(key)
        out, err = self.files()
        begun = time.monotonic()
        result = {"stdoutPath": out, "stderrPath": err}
        with open(out, "wb") as stdout, open(err, "wb") as stderr:
            program = shutil.which(params["argv"][0], path=environment["PATH"])
            if program is None:
                return {**result, "ending": "notFound", "seconds": 0}
            process = subprocess.Popen(params["argv"], executable=program, env=environment, cwd="/", stdout=stdout,
                                       stderr=stderr, stdin=subprocess.PIPE, start_new_session=True)
            try:
                process.communicate((params.get("stdin") or "").encode(), params.get("timeLimitSeconds", 60))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return {**result, "ending": "timedOut", "seconds": time.monotonic() - begun}
        result["seconds"] = round(time.monotonic() - begun, 3)
        if process.returncode < 0:
            return {**result, "ending": "signalled", "signal": signal.Signals(-process.returncode).name}
        return {**result, "ending": "exited", "exitCode": process.returncode}

    def pretend(self, ending, stdout=b"", stderr=b"", **more):
        out, err = self.files()
        for path, content in ((out, stdout), (err, stderr)):
            with open(path, "wb") as file:
                file.write(content)
        return {"ending": ending, "stdoutPath": out, "stderrPath": err, "seconds": 0.01, **more}

    # What the host sends

    def send(self, message):
        self.send_line(json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False).encode("utf-8", "surrogatepass"))

    def send_line(self, line):
        try:
            with self.writing:
                self.process.stdin.write(line + b"\n")
                self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass

    def begin(self, method, params):
        with self.lock:
            self.count += 1
            # Ids of both kinds, one of them with a character that has to be escaped.
            id = self.count if self.count % 2 else f'request "{self.count}"'
            self.open[id] = method
        self.send({"id": id, "method": method, "params": params})
        return id

    def finish(self, id, method="?", limit=20):
        with self.lock:
            if not self.lock.wait_for(lambda: id in self.answers or self.fault, limit):
                raise Violation(f"'{method}' was not answered within {limit} seconds{self.last_words()}")
            if id not in self.answers:
                raise Violation(f"{self.fault}{self.last_words()}")
            answer = self.answers.pop(id)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    def request(self, method, params, limit=20):
        return self.finish(self.begin(method, params), method, limit)

    def refusal(self, codes, method, params, runs=False):
        """Sends a request that has to be refused, and before anything is run."""
        before = len(self.commands)
        try:
            result = self.request(method, params)
        except Refused as refused:
            demand(refused.code in codes, f"{method} was refused with {refused}; expected {codes}")
            demand(runs or len(self.commands) == before, f"{method} was refused, but commands were run before")
            return refused
        raise Violation(f"{method} was to be refused with {codes}; the result is {result}")

    def poll(self, *ids, **reference):
        """reference: what else is known of each of the jobs."""
        id = self.begin("poll", {"jobs": [{"id": job, **reference} for job in ids]} if ids else {})
        answer = self.finish(id, "poll")
        statuses, unreadable = {}, []
        for report in self.reports.pop(id, []):
            unreadable += report.get("unreadable") or []
            for status in report["jobs"]:
                demand(status["id"] not in statuses, f"job {status['id']} was reported twice in one poll")
                demand(not ids or status["id"] in ids, f"job {status['id']} was reported and not asked for")
                statuses[status["id"]] = status
        return answer, statuses, unreadable

    def poll_until(self, job, *states):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            answer, statuses, _ = self.poll(job)
            demand(answer["complete"], f"a poll of {job} is not complete: {answer}")
            demand(job in statuses, f"job {job} was not reported")
            if statuses[job]["state"] in states:
                return statuses[job]
            time.sleep(0.1)
        raise Violation(f"job {job} is {statuses[job]['state']}; it should have become {' or '.join(states)}")

    def submit(self, command, **fields):
        answer = self.request("submit", {"spec": {"command": command, **fields}, "token": new_token(), "dryRun": False})
        check_keys(answer.get("job"), "the submitted job", {"id": str}, {"submittedAt": INSTANT})
        return answer["job"]["id"]

    def end(self):
        self.process.stdin.close()
        try:
            code = self.process.wait(5)
        except subprocess.TimeoutExpired:
            raise Violation("the adapter is still there five seconds after the end of its input")
        demand(code == 0, f"at the end of its input the adapter ended with {code}{self.last_words()}")


def greeting(least, greatest):
    return {"protocol": {"least": least, "greatest": greatest}, "host": {"name": "check.py", "version": "1"},
            "aFieldOfLaterVersions": {"to": "be ignored"}}


def new_token():
    return os.urandom(16).hex()


# MARK: Any adapter

def check_versions(path, queue):
    """it refuses versions it does not speak, and chooses one that was offered"""
    with Host(path, queue, initialize=False) as host:
        host.refusal([1], "initialize", greeting(70, 90))
        host.end()


def check_order(path, queue):
    """it answers nothing else before initialize"""
    with Host(path, queue, initialize=False) as host:
        host.refusal([3], "detect", {})


def check_initialize(path, queue):
    """it introduces itself, runs nothing for that, and ends with its input"""
    with Host(path, queue) as host:
        demand(not host.commands, "commands were run for initialize")
        host.end()


def check_unknown(path, queue):
    """it answers unknown methods as such, ignores unknown notifications and lines that are no messages"""
    with Host(path, queue) as host:
        host.refusal([2, -32601], "makeCoffee", {"cups": 2})
        host.send({"method": "weather", "params": {"it": "rains"}})
        host.send_line(b"this is no message")
        host.send_line(b"")
        host.send_line(b'{"half":')
        host.refusal([2, -32601], "makeCoffee", {"cups": 2})
        host.refusal([4], "detect", {"mustUnderstand": ["flux"], "flux": 1})


def check_nothing_here(path, queue):
    """where none of the commands exist, its scheduler is absent"""
    with Host(path, queue) as host:
        if host.description.get("commands", "host") == "host":
            host.serve = lambda params: host.pretend("notFound")
            detection = host.request("detect", {})
            demand(detection["presence"] == "absent" or host.description["scheduler"] == "local",
                   f"no command is here, and the scheduler is {detection['presence']}")


def check_specification(path, queue):
    """it refuses what it does not know or cannot honour, by name, before anything is run"""
    with Host(path, queue) as host:
        def submission(**spec):
            return {"spec": spec, "token": new_token(), "dryRun": False}

        for field in ("walltme", 'a"b', "future.field"):
            refused = host.refusal([10], "submit", submission(command=["true"], **{field: "1"}))
            demand(field in refused.message or json.dumps(field)[1:-1] in refused.message,
                   f"'{field}' is not named: {refused.message}")
        host.refusal([10], "submit", submission(command=["true"], environment={"inherits": "all"}))
        values = {"queue": "q", "nodes": 2, "array": "1-3", "walltime": "00:10:00", "requeue": False, "priority": 1,
                  "container": {"image": "x.sif"}, "dependencies": ["afterok:1"], "gpus": {"total": 1},
                  "environment": {"inherit": "none"}, "mail": {"to": [], "on": ["end"]}}
        for field, value in values.items():
            if field not in host.description["fields"]:
                refused = host.refusal([10], "submit", submission(command=["true"], **{field: value}))
                demand(field in refused.message, f"'{field}' is not named: {refused.message}")
        host.refusal([3, 10, 11], "submit", submission(command=["true"], script="true"))
        host.refusal([3, 11], "submit", submission(name="no work"))
        host.refusal([3, 11], "submit", submission(command=[]))
        host.refusal([3, 11], "submit", submission(command=["true"], name="two\nlines"))
        host.refusal([4], "submit", {**submission(command=["true"]), "mustUnderstand": ["token", "burst"], "burst": 1})


def check_ids(path, queue):
    """it keeps malformed ids away from commands"""
    with Host(path, queue) as host:
        for id in ("--all", "1;reboot\n", "", "$(id)", "../1"):
            host.reports.clear()
            try:
                host.request("poll", {"jobs": [{"id": id}]})
                told = [job for reports in host.reports.values() for report in reports for job in report["jobs"]]
                demand([(job["id"], job["state"], job.get("cause")) for job in told] == [(id, "unknown", "gone")],
                       f"a malformed id was reported as {told}")
            except Refused as refused:
                demand(refused.code == 35, str(refused))
        if "cancel" in host.description["operations"]:
            try:
                answer = host.request("cancel", {"jobs": [{"id": "-9"}]})
                demand(answer["results"][0]["error"]["code"] == 35, f"an odd id was cancelled: {answer}")
            except Refused as refused:
                demand(refused.code == 35, str(refused))
            demand(not host.commands, "a malformed id reached a command")
        host.reports.clear()
        answer = host.request("poll", {"jobs": []})
        demand(answer["complete"] and not host.reports and not host.commands, "a poll of no job asks for something")


def check_dry_run(path, queue):
    """a dry run creates nothing, and ends with the host's error or with remarks alone"""
    with Host(path, queue) as host:
        host.dry = True
        if host.description.get("commands", "host") == "host":
            submission = {"spec": {"command": ["true"]}, "token": new_token(), "dryRun": True,
                          "mustUnderstand": ["spec", "dryRun"]}
            try:
                answer = host.request("submit", submission)
                demand("job" not in answer, f"a dry run names a job: {answer}")
            except Refused as refused:
                demand(refused.code == 65, f"a dry run ended with {refused}")
            tried = [command for command in host.commands if command.get("effect", "creates") == "creates"]
            demand(len(tried) == 1, f"{len(tried)} commands were to create something; a submission is one")
            demand(any(submission["token"] in json.dumps(command) for command in tried), "the token is not in the job")


def check_lost_answer(path, queue):
    """a submission whose answer is lost is uncertain, and never repeated"""
    with Host(path, queue) as host:
        if host.description.get("commands", "host") != "host":
            return
    for ending in ({"ending": "timedOut"}, {"ending": "signalled", "signal": "SIGKILL"},
                   {"ending": "exited", "exitCode": 0, "stdout": b"the server greets you\n"}):
        with Host(path, queue) as host:
            def serve(params):
                return host.run(params) if params.get("effect") == "reads" else host.pretend(**ending)

            host.serve = serve
            host.refusal([34], "submit", {"spec": {"command": ["true"]}, "token": new_token()}, runs=True)
            tried = [command for command in host.commands if command.get("effect") != "reads"]
            demand(len(tried) == 1, f"the submission was tried {len(tried)} times")


# MARK: Adapters of the tiny scheduler

def check_detect(path, queue):
    """it tells absent, installed and responding apart"""
    for folder, presence in ((queue, "responding"), (None, "absent"), ("/nowhere", "installed")):
        with Host(path, folder) as host:
            found = host.request("detect", {}, limit=2)
            demand(found["presence"] == presence, f"with TINY_QUEUE={folder} the scheduler is {found}")


def check_life(path, queue):
    """a job is submitted, polled to its end, and its exit code is told"""
    with Host(path, queue) as host:
        nothing = {"hold": False, "exclusive": False, "launcher": "none", "constraints": [], "queue": None,
                   "environment": {"inherit": "all"}, "native": {}}
        job = host.submit(["sh", "-c", "exit 3"], name='odd "name" \\ $(id) | é', **nothing)
        status = host.poll_until(job, "finished")
        demand(status["outcome"] == "failed" and status.get("exitCode") == 3, f"exit 3 became {status}")
        status = host.poll_until(host.submit(["true"]), "finished")
        demand(status["outcome"] == "succeeded", f"true became {status}")
        status = host.poll_until(host.submit(["sh", "-c", "kill -9 $$"]), "finished")
        demand(status["outcome"] == "failed" and status.get("signal") == "SIGKILL", f"a signal became {status}")
        status = host.poll_until(host.submit(["no-such-program"]), "finished")
        demand(status["outcome"] == "launchFailed", f"a program that does not exist became {status}")
        words = ["a b", "$HOME", "'\"\\", "two\nlines", "-x", "é", "", "\t`id`"]
        job = host.submit(["printf", "<%s>"] + words)
        host.poll_until(job, "finished")
        with open(f"{queue}/{job}.out", "rb") as file:
            said = file.read().decode()
        demand(said == "".join(f"<{word}>" for word in words), f"the arguments arrived as {said!r}")
        status = host.poll_until(host.submit(["--name=option", "true"]), "finished")
        demand(status["outcome"] == "launchFailed" and status.get("name") != "option",
               f"a program called '--name=option' was taken for an option: {status}")
        answer, statuses, _ = host.poll()
        demand(answer["complete"] and len(statuses) >= 6, f"a poll of all jobs shows {len(statuses)}")
        host.end()


def check_cancel(path, queue):
    """a job is cancelled; what cannot be cancelled is told job by job"""
    with Host(path, queue) as host:
        done, job = host.submit(["true"]), host.submit(["sleep", "100"])
        host.poll_until(job, "running")
        host.poll_until(done, "finished")
        answer = host.request("cancel", {"jobs": [{"id": job}, {"id": done}, {"id": "987654"}]})
        codes = {result["id"]: (result.get("error") or {}).get("code") for result in answer["results"]}
        demand(codes == {job: None, done: 31, "987654": 30}, f"the results are {codes}")
        status = host.poll_until(job, "finished")
        demand(status["outcome"] == "cancelled", f"a cancelled job became {status}")
        job = host.submit(["sh", "-c", "trap 'exit 7' USR1; while :; do sleep 0.1; done"])
        host.poll_until(job, "running")
        time.sleep(0.3)
        answer = host.request("cancel", {"jobs": [{"id": job}], "signal": "SIGUSR1"})
        demand(not answer["results"][0].get("error"), f"a signal was refused: {answer}")
        status = host.poll_until(job, "finished")
        demand(status.get("exitCode") == 7, f"after SIGUSR1 the job became {status}")


def check_absence(path, queue):
    """nothing ends by absence, by failing commands, by odd records or by words that are not known"""
    with Host(path, queue) as host:
        answer, statuses, _ = host.poll("987654")
        demand(answer["complete"] and statuses.get("987654", {}).get("cause", "gone") == "gone",
               f"a job that is not there: {answer}, {statuses}")
        good = b"1|DONE|5|0||1764000000|1764000001|1764000002|ada|t|fine\n"
        odd = (b"2|ZOMBIE|5|||1764000000|1764000001||ada|t|x\n" b"3|RUN|\xff\xfe\n"
               b"4|RUN|5|||1764000000|1764000001||ada|t|caf\xe9|\"\\\n")
        last = b"5|DONE|5|1||1764000000|1764000001|1764000002|ada|t|fine\n"

        def poll(ending, stdout, **more):
            host.serve = lambda params: host.pretend(ending, stdout, **more)
            try:
                return host.poll("1", "2", "3", "4", "5", "6")
            except Refused as refused:
                demand(20 <= refused.code < 50 or refused.code in (60, 66), f"a failing command gave {refused}")
                return {"complete": False}, {}, []

        def states(statuses):
            return {id: status.get("outcome") or status.get("cause") or status["state"]
                    for id, status in statuses.items()}

        answer, statuses, unreadable = poll("exited", good + odd + good + last, exitCode=0)
        expected = {"1": "succeeded", "2": "unrecognised", "4": "running", "5": "failed"}
        found = states(statuses)
        demand({id: found.get(id) for id in expected} == expected, f"among odd records: {found}")
        demand(found.get("3", "unreadable") == "unreadable" and unreadable, f"an odd record: {found}, {unreadable}")
        demand(found.get("6", "gone") == "gone", f"job 6: {found}")
        demand(statuses["2"].get("native", {}).get("state") == "ZOMBIE", "the native word of job 2 is lost")
        for ending, more in (("outputTooLarge", {}), ("timedOut", {}), ("signalled", {"signal": "SIGTERM"})):
            answer, statuses, _ = poll(ending, (good + last)[:-20], **more)
            demand(not answer["complete"], f"output that was cut ({ending}) counts as complete")
            demand("gone" not in states(statuses).values(), f"a job is gone from output that was cut ({ending})")
        answer, statuses, _ = poll("exited", b"", exitCode=1, stderr=b"tiny-stat: fire\n")
        demand(not answer["complete"] and not statuses, f"a failing command: {answer}, {statuses}")
        answer, statuses, _ = poll("exited", good + b"<html>\n", exitCode=0)
        demand(not answer["complete"] and states(statuses).get("1") == "succeeded" and "gone" not in
               states(statuses).values(), f"a line of unknown origin: {answer}, {states(statuses)}")


def check_times(path, queue):
    """a job that was submitted at another time is another one: numbers come back"""
    with Host(path, queue) as host:
        job = host.submit(["sleep", "100"])
        status = host.poll_until(job, "running")
        if not status.get("submittedAt"):
            return
        _, statuses, _ = host.poll(job, submittedAt=status["submittedAt"])
        demand(statuses[job]["state"] == "running", f"asked for with its own time of submission it is {statuses[job]}")
        _, statuses, _ = host.poll(job, submittedAt="2001-01-01T00:00:00Z")
        demand(statuses.get(job, {}).get("state", "unknown") == "unknown", f"another job of 2001 is {statuses[job]}")
        other = {"jobs": [{"id": job, "submittedAt": "2001-01-01T00:00:00Z"}]}
        result = host.request("cancel", other)["results"][0]
        demand(result.get("error"), f"a job of 2001 is cancelled: {result}")
        demand(host.poll(job)[1][job]["state"] == "running", "a job was cancelled that is not the one meant")
        host.request("cancel", {"jobs": [{"id": job}]})
        host.poll_until(job, "finished")


def check_find(path, queue):
    """find sees the token, and says 'none' only when it knows"""
    with Host(path, queue) as host:
        if "find" not in host.description["operations"]:
            return
        token = new_token()
        job = host.request("submit", {"spec": {"command": ["true"]}, "token": token})["job"]["id"]
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 5))
        found = host.request("find", {"token": token, "since": since})["jobs"]
        demand([reference["id"] for reference in found] == [job], f"the token of job {job} found {found}")
        demand(host.request("find", {"token": new_token()})["jobs"] == [], "a token of nobody was found")
        for ending in ({"ending": "timedOut"}, {"ending": "exited", "exitCode": 1}, {"ending": "notFound"}):
            host.serve = lambda params: host.pretend(**ending)
            host.refusal(list(range(20, 25)) + [40, 43, 44, 60], "find", {"token": token}, runs=True)


def check_together(path, queue):
    """several requests may be under way, and one may be cancelled"""
    with Host(path, queue) as host:
        job = host.submit(["true"])
        host.poll_until(job, "finished")

        def slowly(params):
            time.sleep(0.5)
            return host.run(params)

        host.serve = slowly
        polls = [host.begin("poll", {"jobs": [{"id": job}]}) for _ in range(3)]
        other = host.begin("makeCoffee", {})
        for id in polls:
            demand(host.finish(id, "poll")["complete"], "one of three polls at a time is not complete")
            demand(len(host.reports[id]) == 1, "a poll's report went astray")
        try:
            host.finish(other)
        except Refused as refused:
            demand(refused.code in (2, -32601), str(refused))
        id = host.begin("poll", {"jobs": [{"id": job}]})
        time.sleep(0.2)
        host.send({"method": "cancelRequest", "params": {"id": id}})
        try:
            host.finish(id, "poll")
        except Refused as refused:
            demand(refused.code == 6, f"a cancelled request ended with {refused}")
        host.send({"method": "cancelRequest", "params": {"id": 999}})
        host.serve = None
        host.poll_until(job, "finished")


def check_many(path, queue):
    """a listing of many jobs is read, in lines that are not too long"""
    with Host(path, queue) as host:
        count = 20_000
        listing = b"".join(b"%d|RUN|5|||1764000000|1764000001||ada|t|job %d\n" % (n, n) for n in range(1, count + 1))
        host.serve = lambda params: host.pretend("exited", listing, exitCode=0)
        answer, statuses, _ = host.poll()
        demand(answer["complete"] and len(statuses) == count, f"of {count} jobs {len(statuses)} were reported")


def check_inventory(path, queue):
    """queues and nodes are listed"""
    with Host(path, queue) as host:
        for method, key in (("queues", "queues"), ("nodes", "nodes")):
            if method in host.description["operations"]:
                found = host.request(method, {})[key]
                demand(found and all(isinstance(entry["name"], str) for entry in found), f"{method}: {found}")


def check_input_ends(path, queue):
    """the end of input ends it, in the middle of a request too"""
    with Host(path, queue) as host:
        host.serve = lambda params: time.sleep(3) or host.pretend("notFound")
        host.begin("detect", {})
        time.sleep(0.3)
        host.end()


ANY = [check_initialize, check_versions, check_order, check_unknown, check_nothing_here, check_specification, check_ids,
       check_dry_run, check_lost_answer, check_input_ends]
TINY = [check_detect, check_life, check_cancel, check_absence, check_times, check_find, check_together, check_many, check_inventory]


def check(path, show=print, is_one_enough=False):
    """The violations of one adapter: all, or the first alone."""
    path = os.path.abspath(path)
    violations = []
    demand(os.access(path, os.X_OK) and os.path.isfile(path), f"{path} is not an executable file")
    if not re.fullmatch("[a-z0-9-]{1,32}-adapter", os.path.basename(path)):
        violations.append("its file is not called NAME-adapter")
    queue = tempfile.mkdtemp(prefix="tiny-queue-")
    show(os.path.basename(path))
    try:
        checks = list(ANY)
        try:
            with Host(path, queue) as host:
                if host.description["scheduler"] == "tiny":
                    checks += TINY
        except (Violation, Refused) as error:
            show(f"  NOT {error}")
            return violations + [str(error)]
        for one in checks:
            try:
                one(path, queue)
                show(f"  ok  {one.__doc__}")
            except (Violation, Refused) as error:
                show(f"  NOT {one.__doc__}\n      {error}")
                violations.append(str(error))
                if is_one_enough:
                    break
    finally:
        shutil.rmtree(queue, ignore_errors=True)
    return violations


def self_test():
    def judge(case):
        folder, name, is_broken = case
        said = []
        return name, is_broken, check(f"{folder}/{name}", said.append, is_one_enough=is_broken), said

    cases = [(folder, name, folder != HERE) for folder in (HERE, f"{HERE}/broken")
             for name in sorted(os.listdir(folder)) if name.endswith("-adapter")]
    failures = []
    # The checks wait more than they compute.
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for name, is_broken, violations, said in pool.map(judge, cases):
            print("\n".join(said))
            if bool(violations) != is_broken:
                failures.append(f"{name} is to {'fail' if is_broken else 'pass'}")
    for failure in failures:
        print(failure)
    return bool(failures)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(self_test())
    sys.exit(any([check(path) for path in sys.argv[1:]]))
