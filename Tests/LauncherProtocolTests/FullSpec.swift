import FoundationEssentials
import LauncherProtocol

extension JobSpec {
  /// A specification that uses every field except `script` (or, on request, `command`).
  static func full(_ work: Work = .command(["python", "train.py", "two words", "it's\n"])) throws -> JobSpec {
    var spec = JobSpec(work)
    spec.name = "train"
    spec.directory = "/home/ada"
    spec.environment = EnvironmentSpec(inherit: .some(["PATH", "HOME"]), set: ["A": "1", "B": "two\nlines"])
    spec.standardInput = "/dev/null"
    spec.standardOutput = "out-{id}"
    spec.standardError = "err-{id}"
    spec.nodes = 2
    spec.tasks = 8
    spec.tasksPerNode = 4
    spec.cpusPerTask = 3
    spec.gpus = GPURequest(.perNode(2), type: "a100")
    spec.memory = .perCPU(.gibibytes(4))
    spec.exclusive = true
    spec.walltime = Walltime(.seconds(5400))
    spec.queue = "short"
    spec.account = "physics"
    spec.qos = "high"
    spec.reservation = "tuesday"
    spec.constraints = ["skylake"]
    spec.hosts = ["n1"]
    spec.excludedHosts = ["n2"]
    spec.licences = ["ansys": 2]
    spec.dependencies = [JobDependency(.afterok, "41"), JobDependency(.afterany, "42_3")]
    spec.begin = try Moment(parsing: "2026-11-22T08:00:00Z")
    spec.deadline = try Moment(parsing: "2026-11-23T08:00:00Z")
    spec.hold = true
    spec.priority = -5
    spec.requeue = false
    spec.array = try ArrayIndices(parsing: "1-10:3%2")
    spec.mail = MailRequest(to: ["ada@example.org"], on: [.begin, .fail])
    spec.prologue = "module load gcc\n"
    spec.epilogue = "date\n"
    spec.launcher = .srun
    spec.container = ContainerRequest(image: "image.sif", runtime: "apptainer", binds: ["/a:/b"])
    spec.native = ["slurm": ["--foo=bar"]]
    spec.labels = ["experiment": "sweep"]
    return spec
  }
}
