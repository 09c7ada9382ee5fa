import FoundationEssentials
import LauncherProtocol
import Testing

@Suite("The status of a job")
struct JobStatusTests {
  static let outcomes: [JobOutcome] =
    [
      .succeeded, .failed, .walltimeExceeded, .memoryExceeded, .nodeFailure, .preempted, .deadlineMissed, .launchFailed,
      .dependencyFailed, .movedElsewhere, .unknown,
    ] + JobOutcome.Canceller.allCases.map { .cancelled(by: $0) }

  static let states: [JobState] =
    [.queued, .held, .starting, .running, .suspended, .finishing]
    + outcomes.map { .finished($0) } + UnknownCause.allCases.map { .unknown($0) }

  @Test(arguments: states)
  func `every state, with every outcome and every cause, travels as JSON`(state: JobState) throws {
    let status = JobStatus(id: "41", state: state)
    #expect(try JSON.roundTrip(status) == status)
  }

  @Test func `the words of all states are those that are documented`() {
    #expect(Set(Self.states.map(\.word)) == Set(JobState.words))
    #expect(Self.outcomes.allSatisfy { JobOutcome(word: $0.word)?.word == $0.word })
  }

  @Test func `a full status travels as JSON`() throws {
    let status = try Self.full()
    #expect(try JSON.roundTrip(status) == status)
  }

  @Test func `the JSON of a full status is the documented one`() throws {
    #expect(
      try JSON.encode(Self.full()) == """
        {"adapter":"slurm","attempt":2,"blame":"user","canEverRun":false,"cancelledBy":"user","coreDumped":true,\
        "directory":"/home/ada","endedAt":"2026-11-21T00:36:49.250Z","id":"41_3","index":3,"name":"train",\
        "native":{"reason":"None","state":"CANCELLED by 1000"},"nodes":["n1","n2"],\
        "observedAt":"2026-11-21T01:00:00Z","outcome":"cancelled","queue":"short","reason":"by hand",\
        "reasonCode":"heldByUser","retry":false,"server":"cluster","signal":"SIGSEGV","source":"sacct",\
        "startedAt":"2026-11-21T00:00:01Z","state":"finished","stderr":"/home/ada/err","stdout":"/home/ada/out",\
        "submittedAt":"2026-11-21T00:00:00Z","taskCounts":{"finished":1},\
        "tasks":[{"exitCode":0,"id":"41_3","outcome":"succeeded","retry":false,"state":"finished"}],\
        "usage":{"cpuSeconds":1.5,"peakMemoryBytes":1024,"walltimeSeconds":60},"user":"ada"}
        """
    )
  }

  @Test func `keys without a value are absent`() throws {
    #expect(try JSON.encode(JobStatus(id: "41", state: .queued)) == #"{"id":"41","state":"queued"}"#)
  }

  @Test(
    arguments: [LauncherProtocol.JobExitStatus.code(0), .code(255), .signal(.kill, coreDumped: false)]
  )
  func `an exit code and a signal travel`(exitStatus: JobExitStatus) throws {
    var status = JobStatus(id: "41", state: .finished(.failed))
    status.exitStatus = exitStatus
    #expect(try JSON.roundTrip(status) == status)
  }

  @Test(
    arguments: [
      (#"{"id":"1","state":"hibernating"}"#, JobState.unknown(.unrecognised)),
      (#"{"id":"1","state":""}"#, .unknown(.unrecognised)),
      (#"{"id":"1","state":"Finished","outcome":"succeeded"}"#, .unknown(.unrecognised)),
      (#"{"id":"1","state":"unknown","cause":"eclipse"}"#, .unknown(.unrecognised)),
      (#"{"id":"1","state":"unknown"}"#, .unknown(.unrecognised)),
    ]
  )
  func `a word of a later version is not known, and ends nothing`(json: String, state: JobState) throws {
    #expect(try JSON.decode(JobStatus.self, json).state == state)
  }

  @Test func `a job that ended with an outcome of a later version has ended, and how is not known`() throws {
    for json in [
      #"{"id":"1","state":"finished","outcome":"evaporated"}"#, #"{"id":"1","state":"finished"}"#,
    ] {
      #expect(try JSON.decode(JobStatus.self, json).state == .finished(.unknown))
    }
    let cancelled = #"{"id":"1","state":"finished","outcome":"cancelled","cancelledBy":"weather"}"#
    #expect(try JSON.decode(JobStatus.self, cancelled).state == .finished(.cancelled(by: .unknown)))
  }

  @Test func `keys of a later version are ignored`() throws {
    let json = #"{"id":"1","state":"queued","mood":"good","reasonCode":"moonPhase","reason":"waits"}"#
    let status = try JSON.decode(JobStatus.self, json)
    #expect(status.reason == JobReason(nil, "waits"))
  }

  @Test func `a time without a zone is refused with its key's name`() {
    let json = #"{"id":"1","state":"queued","submittedAt":"2026-11-21T00:00:00"}"#
    let error = #expect(throws: DecodingError.self) { try JSON.decode(JobStatus.self, json) }
    #expect(error?.sentence.contains("submittedAt") == true)
  }

  @Test func `figures that no machine can mean are left out, and do not trap`() throws {
    let json = #"{"id":"1","state":"queued","usage":{"cpuSeconds":1e300,"walltimeSeconds":-1e300}}"#
    #expect(try JSON.decode(JobStatus.self, json).usage == ResourceUsage())
  }

  @Test func `an outcome says who is to blame and whether trying again makes sense`() {
    #expect(JobOutcome.nodeFailure.blame == .infrastructure)
    #expect(JobOutcome.nodeFailure.isWorthRetrying)
    #expect(JobOutcome.preempted.isWorthRetrying)
    #expect(!JobOutcome.failed.isWorthRetrying)
    #expect(JobOutcome.cancelled(by: .administrator).blame == .administrator)
    #expect(JobOutcome.succeeded.blame == nil)
  }

  private static func full() throws -> JobStatus {
    func instant(_ text: String) throws -> Date { try #require(RFC3339.date(from: text)) }
    var status = JobStatus(id: "41_3", state: .finished(.cancelled(by: .user)))
    status.adapter = "slurm"
    status.server = "cluster"
    status.name = "train"
    status.user = "ada"
    status.queue = "short"
    status.exitStatus = .signal(try #require(UnixSignal("SEGV")), coreDumped: true)
    status.reason = JobReason(.heldByUser, "by hand", canEverRun: false)
    status.attempt = 2
    status.nodes = ["n1", "n2"]
    status.submittedAt = try instant("2026-11-21T00:00:00Z")
    status.startedAt = try instant("2026-11-21T00:00:01Z")
    status.endedAt = try instant("2026-11-21T00:36:49.250Z")
    status.usage = ResourceUsage(cpuTime: .milliseconds(1500), peakMemory: ByteCount(1024), walltime: .seconds(60))
    status.directory = "/home/ada"
    status.standardOutput = "/home/ada/out"
    status.standardError = "/home/ada/err"
    status.native = .init(state: "CANCELLED by 1000", reason: "None")
    status.source = "sacct"
    status.observedAt = try instant("2026-11-21T01:00:00Z")
    status.index = 3
    var task = JobStatus(id: "41_3", state: .finished(.succeeded))
    task.exitStatus = .code(0)
    status.tasks = [task]
    status.taskCounts = ["finished": 1]
    return status
  }
}
