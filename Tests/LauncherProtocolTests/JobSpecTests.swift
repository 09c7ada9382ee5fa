import FoundationEssentials
import LauncherProtocol
import Testing

@Suite("The written form of a specification")
struct JobSpecTests {
  @Test func `a specification with every field set travels as JSON`() throws {
    for work in [JobSpec.Work.command(["a", "b c"]), .script("#!/bin/sh\necho \"it's\"\n")] {
      let spec = try JobSpec.full(work)
      #expect(try JSON.roundTrip(spec) == spec)
    }
  }

  @Test func `the fields that a full specification uses, and writes, are all fields there are`() throws {
    let command = try JobSpec.full()
    let script = try JobSpec.full(.script("true\n"))
    #expect(command.usedFields.union(script.usedFields) == Set(JobSpec.Field.ofAdapters))
    #expect(command.usedFields == Set(JobSpec.Field.ofAdapters).subtracting([.script]))
    let written = try JSON.decode([String: AnyJSON].self, JSON.encode(command)).keys
    #expect(Set(written) == Set(command.usedFields.map(\.rawValue) + ["labels"]))
  }

  @Test(arguments: JobSpec.Field.ofAdapters)
  func `a field that is taken out of a full specification is no longer used`(field: JobSpec.Field) throws {
    guard field != .command, field != .script else { return }
    var written = try JSON.decode([String: AnyJSON].self, JSON.encode(JobSpec.full()))
    #expect(written.removeValue(forKey: field.rawValue) != nil)
    let spec = try JSON.decode(JobSpec.self, JSON.encode(written))
    #expect(spec.usedFields == Set(JobSpec.Field.ofAdapters).subtracting([.script, field]))
  }

  @Test func `a plain job uses its command and nothing else`() throws {
    #expect(JobSpec(command: ["true"]).usedFields == [.command])
    #expect(JobSpec(script: "true").usedFields == [.script])
    #expect(try JSON.encode(JobSpec(command: ["true"])) == #"{"command":["true"]}"#)
  }

  @Test func `what is switched off is not used`() {
    var spec = JobSpec(command: ["true"])
    spec.hold = false
    spec.exclusive = false
    spec.launcher = ParallelLauncher.none
    #expect(spec.usedFields == [.command])
    spec.requeue = false
    #expect(spec.usedFields == [.command, .requeue])
  }

  @Test func `an adapter is asked for no field that it cannot honour, and the refusal names each`() throws {
    let profile = AdapterDescription(
      adapter: ProgramIdentity(name: "toy", version: "1"),
      scheduler: "toy",
      operations: [.submit],
      fields: [.command, .name]
    )
    var spec = JobSpec(command: ["true"])
    spec.name = "x"
    try spec.check(against: profile)
    spec.walltime = Walltime(.seconds(60))
    spec.qos = "high"
    let error = #expect(throws: LauncherError.self) { try spec.check(against: profile) }
    #expect(error?.code == .unsupportedField)
    #expect(error?.message.contains("‘qos’, ‘walltime’") == true)
  }

  @Test func `short forms mean what they say`() throws {
    let spec = try JSON.decode(
      JobSpec.self,
      #"""
      {"command": ["sleep", 30, true, 1.5], "gpus": 2, "memory": "4G", "container": "x.sif", "walltime": 30,
       "name": 7, "environment": {"set": {"N": 3, "FLAG": true}}}
      """#
    )
    #expect(spec.work == .command(["sleep", "30", "true", "1.5"]))
    #expect(spec.gpus == GPURequest(.total(2)))
    #expect(spec.memory == .perNode(.gibibytes(4)))
    #expect(spec.container == ContainerRequest(image: "x.sif"))
    #expect(spec.walltime?.seconds == 1800)
    #expect(spec.name == "7")
    #expect(spec.environment == EnvironmentSpec(inherit: .all, set: ["N": "3", "FLAG": "true"]))
  }

  @Test func `mail goes to the owner when no address is named`() throws {
    let spec = try JSON.decode(JobSpec.self, #"{"command": ["a"], "mail": {"on": ["end"]}}"#)
    #expect(spec.mail == MailRequest(on: [.end]))
  }
}

/// Any JSON, kept as it is.
enum AnyJSON: Codable {
  case null, flag(Bool), number(Double), text(String), list([AnyJSON]), table([String: AnyJSON])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([AnyJSON].self) {
      self = .list(list)
    } else {
      self = .table(try container.decode([String: AnyJSON].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .flag(let flag): try container.encode(flag)
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    case .list(let list): try container.encode(list)
    case .table(let table): try container.encode(table)
    }
  }
}
