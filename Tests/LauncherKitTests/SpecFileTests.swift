import Foundation
import Testing

@testable import LauncherKit

@Suite("Specification files")
struct SpecFileTests {
  private func failure(_ text: String) -> SpecFileError? {
    #expect(throws: SpecFileError.self) { try SpecFile.parse(text, name: "job.yaml") }
  }

  @Test func `a YAML file is read`() throws {
    let spec = try SpecFile.parse(
      """
      # a comment
      command: [python, train.py, --epochs, 10, yes, 1.10, 007, "it's"]
      name: train
      nodes: 2
      walltime: 1:30:00
      memory: {perCPU: 4G}
      environment:
        set: {OMP_NUM_THREADS: 4, FLAG: on}
      exclusive: yes
      """,
      name: "job.yaml"
    )
    #expect(spec.work == .command(["python", "train.py", "--epochs", "10", "yes", "1.10", "007", "it's"]))
    #expect(spec.nodes == 2)
    #expect(spec.walltime == Walltime(.seconds(5400)))
    #expect(spec.memory == .perCPU(.gibibytes(4)))
    #expect(spec.environment.set == ["OMP_NUM_THREADS": "4", "FLAG": "on"])
    #expect(spec.exclusive == true)
  }

  @Test func `a JSON file is read, tabs, escapes and characters beyond U+FFFF included`() throws {
    let text = "{\n\t\"command\": [\"echo\", \"\\ud83d\\ude00 \\u00e9 \\/ \\\\ud83d\\\\ude00\"],\n\t\"nodes\": 2\n}\n"
    let spec = try SpecFile.parse(text, name: "job.json")
    #expect(spec.work == .command(["echo", "😀 é / \\ud83d\\ude00"]))
    #expect(spec.nodes == 2)
  }

  @Test func `a script is taken as it is, even where it holds what JSON would call an escape`() throws {
    let spec = try SpecFile.parse(
      #"""
      script: |
        #!/usr/bin/python3
        print("\ud83d\ude00")
      """#,
      name: "job.yaml"
    )
    #expect(spec.work == .script("#!/usr/bin/python3\nprint(\"\\ud83d\\ude00\")"))
  }

  @Test(
    arguments: [
      ("command: [a]\nwaltime: 30\n", "job.yaml:2:1: ‘waltime’"),
      ("command: [a]\nnodes: two\n", "job.yaml:2:8: "),
      ("command: [a]\nnodes: 1.5\n", "job.yaml:2:8: "),
      ("command: [a]\nwalltime: 1:30\n", "job.yaml:2:11: "),
      ("command: [a]\nwalltime: 0\n", "job.yaml:2:11: "),
      ("command: [a]\ngpus:\n  perNod: 2\n", "job.yaml:3:3: ‘perNod’"),
      ("command: [a]\ngpus: {perNode: 0}\n", "job.yaml:2:"),
      ("command: [a]\nenvironment:\n  inherit: most\n", "job.yaml:3:12: "),
      ("command: [a]\ndependencies: [afterok:1, aftrok:2]\n", "job.yaml:2:27: "),
      ("command: [a]\nname: \"a\\nb\"\n", "job.yaml:2:7: name"),
      ("command: [a]\nmail: {on: [ended]}\n", "job.yaml:2:"),
      ("command: [a]\nname: x\nname: y\n", "job.yaml:"),
      ("command: [a]\nname: \"x\n", "job.yaml:"),
      ("command: [a\nname: x\n", "job.yaml:2:"),
      ("command:\n\t- a\n", "job.yaml:2:"),
      ("{\"command\": [\"a\"],\n \"nodes\": \"two\"}", "job.yaml:2:11: "),
      ("- a\n- b\n", "job.yaml:1:1: "),
      ("name: x\n", "job.yaml:1:1: what to run is missing"),
      ("command: [a]\nscript: b\n", "job.yaml:2:"),
      ("command: []\n", "job.yaml:1:10: "),
      ("command: a b\n", "job.yaml:1:10: "),
      ("just words", "job.yaml:1:1: "),
      ("command: [a]\n---\ncommand: [b]\n", "job.yaml:2:"),
    ]
  )
  func `an error names its line and column`(text: String, beginning: String) throws {
    let error = try #require(failure(text))
    #expect(error.description.hasPrefix(beginning), "\(error)")
    #expect(!error.isUnreadable)
  }

  @Test func `a field that is given twice is named`() throws {
    let error = try #require(failure("command: [a]\nname: x\nname: y\n"))
    #expect(error.message.contains("name"))
    #expect(error.message.contains("twice"))
    // The YAML reader reports where it occurs first.
    #expect(error.line == 2)
    #expect(error.column == 1)
  }

  @Test func `a wrong word gets the right one`() throws {
    #expect(try #require(failure("command: [a]\npartition: x\n")).message.contains("‘queue’"))
  }

  @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n", "null\n", "{}"])
  func `an empty file says what is missing`(text: String) throws {
    #expect(try #require(failure(text)).message.contains("command"))
  }

  @Test func `a script file is read from beside the specification`() throws {
    let folder = try TestFolder()
    try folder.write("#!/bin/sh\necho 'it''s'\n", to: "job.sh")
    let path = try folder.write("scriptFile: job.sh\nnodes: 2\n", to: "job.yaml")
    #expect(try SpecFile.read(path).work == .script("#!/bin/sh\necho 'it''s'\n"))
  }

  @Test func `a script file that cannot be used is an error at its place`() throws {
    let folder = try TestFolder()
    try folder.write("a\r\n", to: "windows.sh")
    try Data([0xFF, 0xFE]).write(to: URL(filePath: folder.path + "/binary"))
    for (line, words) in [
      ("scriptFile: none.sh", "there is no such file"), ("scriptFile: windows.sh", "Windows line ends"),
      ("scriptFile: binary", "not UTF-8"), ("scriptFile: .", "folder"), ("scriptFile: []", "a path is expected"),
      ("scriptFile: windows.sh\ncommand: [a]", "one of command, script and scriptFile"),
    ] {
      let path = try folder.write("nodes: 2\n" + line + "\n", to: "job.yaml")
      let error = #expect(throws: SpecFileError.self) { try SpecFile.read(path) }
      #expect(error?.message.contains(words) == true, "\(error?.description ?? "")")
      #expect(error?.line == 2, "\(error?.description ?? "")")
    }
  }

  @Test func `a file that cannot be read says why`() throws {
    let folder = try TestFolder()
    let binary = folder.path + "/binary.yaml"
    try Data([0x6E, 0xFF]).write(to: URL(filePath: binary))
    for (path, words) in [(folder.path + "/none.yaml", "no such file"), (folder.path, "folder"), (binary, "not UTF-8")]
    {
      let error = #expect(throws: SpecFileError.self) { try SpecFile.read(path) }
      #expect(error?.isUnreadable == true)
      #expect(error?.description.hasPrefix(path + ": ") == true)
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
  }

  @Test func `a byte order mark is not part of the first field`() throws {
    #expect(try SpecFile.parse("\u{FEFF}command: [a]\n", name: "job.yaml") == JobSpec(command: ["a"]))
  }

  @Test(
    arguments: [
      ("{\"command\":[\"a\"]}\n{\"command\":[\"b\"]\n{\"command\":[\"c\"]}\n", "jobs:2:"),
      ("{\"command\":[\"a\"]\n{\"command\":[\"b\"]}\n", "jobs:1:"),
      ("{\"command\":[\"a\"]}\n\n{\"command\":[\"b\"]}\n{\"comand\":[\"c\"]}\n", "jobs:4:2: ‘comand’"),
      ("{\"command\":[\"a\"]}\nnonsense\n{\"command\":[\"c\"]}\n", "jobs:2:"),
      ("# jobs\n{\"command\":[\"a\"]}\n{\"command\":[\"b\"]}\n", "jobs:3:"),
      ("command: [a]\n---\ncommand: [b\n---\ncommand: [c]\n", "jobs:"),
      ("- command: [a]\n- {command: [b]\n- command: [c]\n", "jobs:"),
    ]
  )
  func `one line or document among many that cannot be read is an error at its place, and not the end of the file`(
    text: String,
    beginning: String
  ) throws {
    let error = #expect(throws: SpecFileError.self) { try SpecFile.parseAll(text, name: "jobs") }
    #expect(error?.description.hasPrefix(beginning) == true, "\(error?.description ?? "")")
  }

  @Test(
    arguments: [
      "{\"command\":[\"a\"]}\n{\"command\":[\"😀\u{2028}\"]}\n",
      "\u{FEFF}{\"command\":[\"a\"]}\r\n\r\n{\"command\":[\"\\ud83d\\ude00\u{2028}\"]}\r\n",
      "[{\"command\":[\"a\"]},\n{\"command\":[\"\\ud83d\\ude00\\u2028\"]}]",
      "- command: [a]\n- command: [\"😀\\u2028\"]\n",
      "command: [a]\n---\ncommand: [\"😀\\u2028\"]\n---\n",
    ]
  )
  func `many specifications are read in each of their forms`(text: String) throws {
    let specs = [JobSpec(command: ["a"]), JobSpec(command: ["😀\u{2028}"])]
    #expect(try SpecFile.parseAll(text, name: "jobs") == specs)
  }

  @Test func `what is written as JSON is read back by the reader of files`() throws {
    var spec = JobSpec(command: ["a", "b\nc", "\"", "\\ud83d", "😀", "\u{1F}", "é"])
    spec.walltime = Walltime(.seconds(90))
    spec.environment = EnvironmentSpec(inherit: .none, set: ["A": "1: 2"])
    spec.array = try ArrayIndices(parsing: "1-10:3%2")
    let text = String(decoding: try JSONEncoder().encode(spec), as: UTF8.self)
    #expect(try SpecFile.parse(text, name: "job.json") == spec)
  }

  /// Lists of lists of lists, each nine times the one before, by their names `a` to `i`.
  private static let bomb = zip("abcdefgh", "bcdefghi").reduce("a: &a [1, 1]\n") { text, names in
    text + "\(names.1): &\(names.1) [\(Array(repeating: "*\(names.0)", count: 9).joined(separator: ", "))]\n"
  }

  @Test(
    arguments: [
      "? *i\n: 1\n", "*i : 1\n", "x: {*i : 1}\n", "x: *i\n", "? [*i]\n: 1\n", "? {a: *i}\n: 1\n", "<<: {x: *i}\n",
      "? - *h\n  - *h\n: 1\n",
    ]
  )
  func `aliases that stand for more than can be compared are refused at once`(_ end: String) throws {
    let error = try #require(failure(Self.bomb + end))
    #expect(error.line != nil, "\(error)")
    #expect(error.message.contains("aliases") || error.message.contains("name has to be a text"), "\(error)")
    #expect(throws: SpecFileError.self) { try SpecFile.parseAll(Self.bomb + end, name: "jobs") }
    #expect(throws: SpecFileError.self) { try SpecFile.parseAll("---\n[]\n---\n" + Self.bomb + end, name: "jobs") }
  }

  @Test(
    arguments: ["? [a, b]\n: 1\n", "{[a]: 1, command: [a]}\n"]
  )
  func `a field's name that is a list or a mapping is refused`(text: String) throws {
    #expect(try #require(failure(text)).message.contains("name has to be a text"))
  }

  @Test func `aliases that are used as they are meant are read`() throws {
    let text = """
      - &first {command: [a], environment: &shared {set: {A: "1"}}}
      - {command: [b], environment: *shared, name: &name train}
      - {command: [*name, *name], environment: *shared}
      - *first

      """
    let specs = try SpecFile.parseAll(text, name: "jobs")
    #expect(specs.map(\.environment.set) == Array(repeating: ["A": "1"], count: 4))
    #expect(specs[2].work == .command(["train", "train"]))
  }

  @Test func `many variables are read in a time that grows as they do, and a wrong one is found among them`() throws {
    func text(_ count: Int) -> String {
      let lines = (0..<count).map { "    NAME_\($0): value \($0)" }.joined(separator: "\n")
      return "command: [a]\nenvironment:\n  set:\n\(lines)\n"
    }
    func time(_ count: Int) throws -> Duration {
      let begun = ContinuousClock.now
      let spec = try SpecFile.parse(text(count), name: "job.yaml")
      #expect(spec.environment.set.count == count)
      #expect(spec.environment.set["NAME_\(count - 1)"] == "value \(count - 1)")
      return ContinuousClock.now - begun
    }
    _ = try time(100)
    let (few, many) = (try time(1000), try time(16_000))
    #expect(many < few * 64, "sixteen times as many took \(many) in place of \(few)")
    let error = try #require(failure(text(500) + "    WRONG: [1]\n"))
    #expect(error.description.hasPrefix("job.yaml:504:"), "\(error)")
    #expect(try #require(failure(text(500) + "    NAME_7: again\n")).message.contains("twice"))
  }

  @Test func `what has more fields than anybody writes is refused`() throws {
    let fields = (0..<2000).map { "f\($0): 1" }.joined(separator: ", ")
    #expect(try #require(failure("command: [a]\nlicences: {\(fields)}\n")).message.contains("2000 fields"))
  }

  @Test func `a script file that is a pipe is refused, and not waited for`() throws {
    let folder = try TestFolder()
    try #require(mkfifo(folder.path + "/pipe", 0o600) == 0)
    let path = try folder.write("scriptFile: pipe\n", to: "job.yaml")
    let error = #expect(throws: SpecFileError.self) { try SpecFile.read(path) }
    #expect(error?.message.contains("not a regular file") == true, "\(error?.description ?? "")")
  }
}
