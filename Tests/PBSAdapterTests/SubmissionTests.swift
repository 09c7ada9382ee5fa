import AdapterKit
import Foundation
import Testing

@testable import pbs_adapter

@Suite("A submission to PBS")
struct SubmissionTests {
  private func arguments(_ family: PBSFamily, _ change: (inout JobSpec) -> Void) throws -> [String] {
    var spec = JobSpec(command: ["true"])
    spec.environment.inherit = .none
    change(&spec)
    return try QsubCommand(spec, token: "t", family: family).arguments
  }

  /// The value of `-l select=…` and the like.
  private func resource(_ name: String, _ arguments: [String]) -> String? {
    arguments.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
  }

  @Test func `every field becomes an argument of its own for OpenPBS`() throws {
    let arguments = try arguments(.pro) { spec in
      spec.name = "stage.1"
      spec.directory = "/home/ada"
      spec.nodes = 2
      spec.tasksPerNode = 4
      spec.cpusPerTask = 2
      spec.gpus = GPURequest(.perNode(2))
      spec.memory = .perNode(.gibibytes(4))
      spec.walltime = Walltime(.seconds(5400))
      spec.queue = "gpu"
      spec.account = "p1"
      spec.constraints = ["bigmem", "switch=s1"]
      spec.dependencies = [JobDependency(.afterok, "41.pbs01"), JobDependency(.afterany, "42[].pbs01")]
      spec.array = ArrayIndices(0...20, step: 5, concurrencyLimit: 2)
      spec.hold = true
      spec.priority = -5
      spec.requeue = false
      spec.mail = MailRequest(to: ["a@b.c", "d@e.f"], on: [.begin, .fail])
      spec.standardOutput = "out-{index}"
      spec.environment.inherit = .some(["PATH", "HOME"])
      spec.native = ["pbs": ["-l", "software=x", "-W", "umask=22"]]
    }
    #expect(
      arguments == [
        "qsub", "-f", "-S", "/bin/sh", "-N", "stage.1", "-q", "gpu", "-A", "p1",
        "-W", "depend=afterok:41.pbs01,afterany:42[].pbs01", "-h", "-p", "-5", "-r", "n", "-J", "0-20:5%2", "-m", "ba",
        "-M", "a@b.c,d@e.f", "-o", "/home/ada/out-^array_index^", "-j", "oe",
        "-l", "select=2:ncpus=8:mpiprocs=4:ompthreads=2:ngpus=2:mem=4194304kb:bigmem=True:switch=s1",
        "-l", "place=scatter", "-l", "walltime=01:30:00", "-l", "software=x", "-W", "umask=22",
        "-v", "LAUNCHER_SUBMISSION=launcher:t,PATH,HOME",
      ]
    )
  }

  @Test func `every field becomes an argument of its own for Torque, in its own words`() throws {
    let arguments = try arguments(.torque) { spec in
      spec.nodes = 2
      spec.tasksPerNode = 4
      spec.memory = .total(.gibibytes(4))
      spec.walltime = Walltime(.seconds(90))
      spec.constraints = ["fast"]
      spec.dependencies = [JobDependency(.afterok, "41[].torque01")]
      spec.array = try? ArrayIndices(parsing: "1,3,7-9%2")
    }
    #expect(
      arguments == [
        "qsub", "-S", "/bin/sh", "-N", "true", "-W", "depend=afterokarray:41[].torque01", "-t", "1,3,7-9%2",
        "-j", "oe", "-l", "nodes=2:ppn=4:fast", "-l", "mem=4194304kb", "-l", "walltime=00:01:30",
        "-v", "LAUNCHER_SUBMISSION=launcher:t",
      ]
    )
  }

  @Test func `tasks that cannot be shared out evenly become two groups of chunks`() throws {
    let arguments = try arguments(.pro) { spec in
      spec.nodes = 3
      spec.tasks = 8
    }
    #expect(resource("select", arguments) == "2:ncpus=3:mpiprocs=3+1:ncpus=2:mpiprocs=2")
    let free = try self.arguments(.pro) { $0.tasks = 8 }
    #expect(resource("select", free) == "8:ncpus=1:mpiprocs=1")
    #expect(resource("place", free) == nil)
  }

  @Test func `nodes for one job alone have a chunk to be a place of, the script's own where it has one`() throws {
    let alone = try arguments(.pro) { $0.exclusive = true }
    #expect(resource("select", alone) == "1:ncpus=1")
    #expect(resource("place", alone) == "excl")
    for own in ["#PBS -l select=2:ncpus=8", "#PBS -lncpus=4,mem=1gb"] {
      let scripted = try arguments(.pro) { spec in
        spec.work = .script("#!/bin/sh\n\(own)\ntrue\n")
        spec.exclusive = true
      }
      #expect(resource("place", scripted) == "excl")
      #expect(resource("select", scripted) == (own.contains("select") ? "2:ncpus=8" : nil))
    }
    let native = try arguments(.pro) { spec in
      spec.exclusive = true
      spec.native = ["pbs": ["-l", "select=3"]]
    }
    #expect(native.filter { $0.hasPrefix("select=") } == ["select=3"])
  }

  @Test(
    arguments: [
      (JobDependency.Condition.after, "afterstartarray"), (.afterok, "afterokarray"),
      (.afternotok, "afternotokarray"), (.afterany, "afteranyarray"),
    ]
  )
  func `Torque has conditions of its own for arrays`(condition: JobDependency.Condition, word: String) throws {
    let array = try arguments(.torque) { $0.dependencies = [JobDependency(condition, "42[].torque01")] }
    #expect(array.contains("depend=\(word):42[].torque01"))
    let job = try arguments(.torque) { $0.dependencies = [JobDependency(condition, "42[3].torque01")] }
    #expect(job.contains("depend=\(condition.rawValue):42[3].torque01"))
  }

  @Test func `nodes for one job alone, and hosts by name`() throws {
    #expect(resource("place", try arguments(.pro) { $0.exclusive = true }) == "excl")
    let scattered = try arguments(.pro) { spec in
      spec.nodes = 2
      spec.exclusive = true
      spec.hosts = ["node01", "node02"]
    }
    #expect(resource("place", scattered) == "scatter:excl")
    #expect(resource("select", scattered) == "1:ncpus=1:host=node01+1:ncpus=1:host=node02")
    #expect(resource("nodes", try arguments(.torque) { $0.hosts = ["a", "b"] }) == "a:ppn=1+b:ppn=1")
  }

  private static let refused: [(field: String, change: @Sendable (inout JobSpec) -> Void)] = [
    ("name", { (spec: inout JobSpec) in spec.name = "a b" }),
    ("array", { $0.array = try? ArrayIndices(parsing: "1,3,7") }),
    ("array", { $0.array = ArrayIndices(5...5) }),
    (
      "memory",
      { spec in
        spec.tasks = 4
        spec.memory = .total(.gibibytes(1))
      }
    ),
    (
      "memory",
      { spec in
        spec.tasks = 4
        spec.memory = .perNode(.gibibytes(1))
      }
    ),
    ("gpus.type", { $0.gpus = GPURequest(.perNode(1), type: "a100") }),
    (
      "reservation",
      { spec in
        spec.reservation = "R1"
        spec.queue = "workq"
      }
    ),
    ("dependencies", { $0.dependencies = [JobDependency(.aftercorr, "41[]")] }),
    ("dependencies", { $0.dependencies = [JobDependency(.afterok, "workq")] }),
    ("stdout", { $0.standardOutput = "/tmp/{id}.out" }),
    ("stdout", { $0.standardOutput = "/tmp/a:b" }),
    ("stdout", { $0.standardOutput = "/home/ada/größe.txt" }),
    ("stderr", { $0.standardError = "/home/ada/a\tb" }),
    ("priority", { $0.priority = 5000 }),
    ("launcher", { $0.launcher = .srun }),
    ("native.pbs", { $0.native = ["pbs": ["-W", "block=true"]] }),
    ("native.pbs", { $0.native = ["pbs": ["-z"]] }),
    ("native.pbs", { $0.native = ["pbs": ["script.sh"]] }),
    ("environment.set.a-b", { $0.environment.set = ["a-b": "1"] }),
  ]

  @Test(
    arguments: refused.indices
  )
  func `what PBS cannot honour as it is written is refused by the field's name, before anything runs`(index: Int) throws
  {
    let (field, change) = Self.refused[index]
    let error = #expect(throws: LauncherError.self) { _ = try arguments(.pro, change) }
    #expect(error?.code == .invalidValue)
    #expect(error?.message.hasPrefix("\(field):") == true)
    #expect(error?.message.hasSuffix("nothing was submitted") == true)
  }

  @Test func `fields that no PBS has are not among the adapter's`() {
    let fields = PBSAdapter().profile.fields
    for field in [JobSpec.Field.qos, .deadline, .excludedHosts] { #expect(!fields.contains(field)) }
  }

  @Test func `a script's own directives become arguments, and what the specification says wins over them`() throws {
    let text = """
      #!/bin/bash
      #PBS -N fromscript -q slow
      #PBS -l walltime=99:00:00,software=x
      #PBS -v A=1 -m n

      echo hi
      #PBS -q other
      """
    var spec = JobSpec(script: text)
    spec.queue = "short"
    spec.walltime = Walltime(.seconds(60))
    spec.environment.inherit = .none
    let arguments = try QsubCommand(spec, token: "t", family: .pro).arguments
    #expect(
      arguments == [
        "qsub", "-f", "-S", "/bin/sh", "-N", "fromscript", "-l", "software=x", "-m", "n", "-q", "short", "-j", "oe",
        "-l", "walltime=00:01:00", "-v", "LAUNCHER_SUBMISSION=launcher:t,A=1",
      ]
    )
  }

  @Test func `a script with line ends of Windows has directives too`() throws {
    var spec = JobSpec(script: "#!/bin/sh\r\n#PBS -q slow\r\ntrue\r\n")
    spec.environment.inherit = .none
    let arguments = try QsubCommand(spec, token: "t", family: .pro).arguments
    #expect(arguments.contains("slow"))
  }
}
