import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import lsf_adapter

@Suite("A submission")
struct SubmissionTests {
  private let ibm = LSFSite(isIBM: true)

  private func options(_ spec: JobSpec, site: LSFSite = LSFSite()) throws -> [String] {
    try BsubCommand(spec, token: "0123456789abcdef0123456789abcdef", site: site).options
  }

  private func job(_ change: (inout JobSpec) -> Void) -> JobSpec {
    var spec = JobSpec(command: ["true"])
    spec.name = "j"
    change(&spec)
    return spec
  }

  private let plain = ["-J", "j", "-o", "/dev/null"]

  @Test func `a plain job has a name, and its output is opened by its script`() throws {
    #expect(try options(job { _ in }) == plain)
  }

  @Test func `the folder is entered by the script: volclava takes -cwd /x for -c wd`() throws {
    let spec = job { $0.directory = "/scratch/run 1" }
    #expect(try options(spec) == plain)
    let script = try BsubCommand(spec, token: "t").script
    #expect(script.contains("cd -- '/scratch/run 1' || launcher_fail"))
  }

  @Test func `place, time and the rest become options`() throws {
    let spec = job {
      $0.queue = "short"
      $0.account = "my project"
      $0.walltime = Walltime(.seconds(600))
      $0.hold = true
      $0.priority = 50
      $0.requeue = true
      $0.exclusive = true
      $0.mail = MailRequest(to: ["ada@x.org"], on: [.begin, .end, .fail])
    }
    #expect(
      try options(spec) == [
        "-J", "j", "-q", "short", "-P", "my project", "-x", "-W", "10", "-H", "-sp", "50", "-r", "-B", "-N", "-u",
        "ada@x.org", "-o", "/dev/null",
      ]
    )
  }

  @Test func `a walltime is rounded up to a minute, and it is said`() throws {
    let submission = try BsubCommand(job { $0.walltime = Walltime(.seconds(61)) }, token: "t")
    #expect(submission.options.contains(["-W", "2"]))
    #expect(submission.remarks.count == 1 && submission.remarks[0].contains("minutes"))
  }

  @Test(
    arguments: [
      (2, 8, nil, nil, ["-n", "8", "-R", "span[ptile=4]"]), (1, nil, nil, 4, ["-n", "4", "-R", "span[hosts=1]"]),
      (nil, 8, nil, nil, ["-n", "8"]), (nil, nil, nil, 6, ["-n", "6", "-R", "span[hosts=1]"]),
      (2, nil, 3, 2, ["-n", "12", "-R", "span[ptile=6]"]), (3, nil, nil, nil, ["-n", "3", "-R", "span[ptile=1]"]),
    ] as [(Int?, Int?, Int?, Int?, [String])]
  )
  func `nodes and tasks become slots and their spread`(
    nodes: Int?,
    tasks: Int?,
    perNode: Int?,
    width: Int?,
    expected: [String]
  ) throws {
    let spec = job {
      $0.nodes = nodes
      $0.tasks = tasks
      $0.tasksPerNode = perNode
      $0.cpusPerTask = width
    }
    #expect(try options(spec) == ["-J", "j"] + expected + ["-o", "/dev/null"])
  }

  @Test func `memory is counted by host, in megabytes; IBM LSF takes what it is counted by`() throws {
    let spec = job {
      $0.memory = .perCPU(.gibibytes(1))
      $0.nodes = 1
      $0.tasks = 4
    }
    #expect(try options(spec).contains("rusage[mem=4096] span[hosts=1]"))
    #expect(try options(spec, site: ibm).contains("rusage[mem=1024MB/task] span[hosts=1]"))
    #expect(throws: LauncherError.self) {
      try options(
        job {
          $0.memory = .perCPU(.gibibytes(1)); $0.tasks = 4
        }
      )
    }
  }

  @Test func `Features, licences and hosts to avoid are one resource requirement`() throws {
    let spec = job {
      $0.constraints = ["avx", "ib"]
      $0.excludedHosts = ["n1"]
      $0.licences = ["matlab": 2]
    }
    #expect(try options(spec).contains("select[avx && ib && hname!='n1'] rusage[matlab=2]"))
    for word in ["a]b", "x&&y", ""] {
      #expect(throws: LauncherError.self) { try options(job { $0.constraints = [word] }) }
    }
  }

  @Test func `Devices are counted by host, on IBM LSF alone`() throws {
    let spec = job { $0.gpus = GPURequest(.perNode(2), type: "a100") }
    #expect(try options(spec, site: ibm).contains("num=2:gmodel=a100"))
    let error = #expect(throws: LauncherError.self) { try options(spec) }
    #expect(error?.code == .unsupportedField)
    #expect(error?.message.contains("gpus") == true)
  }

  @Test(arguments: ["qos", "reservation"])
  func `what IBM LSF alone has is refused by name elsewhere`(field: String) throws {
    let spec = job { if field == "qos" { $0.qos = "gold" } else { $0.reservation = "r1" } }
    let error = #expect(throws: LauncherError.self) { try options(spec) }
    #expect(error?.code == .unsupportedField && error?.message.contains(field) == true)
    #expect(try options(spec, site: ibm).contains(field == "qos" ? "gold" : "r1"))
  }

  @Test func `an array's indices and limit stand in its name`() throws {
    #expect(try options(job { $0.array = try? ArrayIndices(parsing: "1-10:2,12%5") })[1] == "j[1-10:2,12]%5")
  }

  @Test(arguments: ["0-2", "0"])
  func `arrays that LSF cannot have are refused`(indices: String) {
    #expect(throws: LauncherError.self) { try options(job { $0.array = try? ArrayIndices(parsing: indices) }) }
  }

  @Test(arguments: ["odd[name]", "bad[1-"])
  func `a bracket in a name would make an array`(name: String) {
    let error = #expect(throws: LauncherError.self) { try options(job { $0.name = name }) }
    #expect(error?.message.contains("name") == true)
  }

  @Test func `dependencies are one condition, all of it`() throws {
    let spec = job {
      $0.dependencies = [
        JobDependency(.afterok, "34"), JobDependency(.afternotok, "35[2]"), JobDependency(.afterany, "36"),
        JobDependency(.after, "37"),
      ]
    }
    #expect(try options(spec).contains("done(34) && exit(35[2]) && ended(36) && started(37)"))
    #expect(throws: LauncherError.self) { try options(job { $0.dependencies = [JobDependency(.afterok, "0")] }) }
  }

  @Test func `on a site of Summit's kind whole nodes are asked for, jsrun starts the tasks, and the script is a file`()
    throws
  {
    let site = LSFSite(isIBM: true, hasJobStepManager: true)
    let spec = job {
      $0.nodes = 2
      $0.tasks = 12
      $0.cpusPerTask = 7
      $0.gpus = GPURequest(.perTask(1))
      $0.launcher = .jsrun
    }
    let submission = try BsubCommand(spec, token: "t", site: site)
    #expect(submission.options.contains(["-nnodes", "2"]))
    #expect(!submission.options.contains("-R") && !submission.options.contains("-n"))
    #expect(submission.script.contains("jsrun -n 12 -a 1 -c 7 -g 1"))
    #expect(submission.command(token: "t")[0] == "sh")
    #expect(throws: LauncherError.self) { try options(job { $0.launcher = .jsrun }, site: ibm) }
  }

  @Test func `#BSUB lines of a script become options in front, wherever they stand; bsub sees none of them`() throws {
    var spec = JobSpec(script: "#!/bin/bash\n#BSUB -q night -n 4\necho hi\n#BSUB -J \"late name\"\n")
    spec.queue = "day"
    let submission = try BsubCommand(spec, token: "t")
    #expect(
      submission.options.starts(with: ["-J", "script", "-q", "night", "-n", "4", "-J", "late name", "-q", "day"])
    )
    #expect(!submission.script.split(separator: "\n").contains { $0.hasPrefix("#BSUB") })
  }

  @Test func `a script's own output option is left to LSF`() throws {
    let submission = try BsubCommand(JobSpec(script: "#BSUB -o out.%J\ntrue\n"), token: "t")
    #expect(!submission.options.contains("/dev/null"))
    #expect(!submission.script.contains("launcher_output"))
  }

  @Test(
    arguments: [
      ["-K"], ["-I"], ["-pack", "f"], ["sleep"], ["-q", "x", "sleep"],
    ]
  )
  func `what would hide the job's id or make a command of an option is refused`(words: [String]) {
    #expect(throws: LauncherError.self) { try options(job { $0.native = ["lsf": words] }) }
  }

  @Test func `a script with the line ends of Windows is refused, since it would fail with 127`() {
    let error = #expect(throws: LauncherError.self) { try options(JobSpec(script: "#!/bin/bash\r\necho hi\r\n")) }
    #expect(error?.code == .scriptUnreadable)
  }

  @Test(arguments: ["prologue", "variable", "command"])
  func `no text of the user's reaches bsub as a line of options`(place: String) {
    let spec = job {
      switch place {
      case "prologue": $0.prologue = "true\n#BSUB -q x"
      case "variable": $0.environment.set = ["A": "b\n#BSUB -q x"]
      default: $0.work = .command(["echo", "b\n#BSUB -q x"])
      }
    }
    #expect(throws: LauncherError.self) { try options(spec) }
  }

  @Test func `the host writes a begin time in its own zone`() async throws {
    let moment = Date(timeIntervalSinceNow: 7200)
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "date" where command.argv.contains("-d"): .text("11:21:09:30\n")
      case "bsub": .text("Job <5> is submitted to default queue <normal>.\n")
      default: .text("")
      }
    }
    let spec = job { $0.begin = Moment(moment) }
    let answer = try await LSFAdapter().submit(SubmitRequest(spec: spec, token: "t"), on: host)
    #expect(answer.job?.id == "5")
    let bsub = try #require(await host.commands.first { $0.argv[0] == "bsub" })
    #expect(bsub.argv.contains(["-b", "11:21:09:30"]))
    #expect(bsub.startingEnvironment == .user && bsub.effect == .creates)
    #expect(bsub.environment["BSUB_QUIET"] == .some(nil) && bsub.environment["BSUB_STDERR"] == .some(nil))
  }
}
