import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import lsf_adapter

@Suite("The script of a job")
struct JobScriptTests {
  /// Runs the script of a job as LSF would: with its variables, on this machine.
  private func run(_ spec: JobSpec, index: Int = 0) throws -> (code: Int32, folder: String, record: ExitRecord?) {
    let folder = Scratch.path("lsf-script")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let script = try BsubCommand(spec, token: "0123456789abcdef0123456789abcdef").script
    let file = folder + "/script"
    try Data(script.utf8).write(to: URL(filePath: file))
    let process = Process()
    process.executableURL = URL(filePath: String(script.dropFirst(2).prefix { $0 != "\n" }))
    process.arguments = [file]
    process.currentDirectoryURL = URL(filePath: folder)
    process.environment = [
      "HOME": folder, "PATH": "/usr/bin:/bin", "LSB_JOBID": "34", "LSB_JOBINDEX": "\(index)",
      "LSB_JOBNAME": index == 0 ? "a/b" : "sweep[\(index)]", "SECRET": "1", "KEPT": "2",
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let code = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    let path = folder + "/.local/state/launcher/exit/lsf/" + (index == 0 ? "34" : "34_\(index)")
    let text = try? String(contentsOfFile: path, encoding: .utf8)
    return (
      code, folder, text.flatMap { ExitRecord.parse("record=lsf/\(index == 0 ? "34" : "34_\(index)")\n\($0)").first }
    )
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test func `output goes to its file as it is written, without LSF's report`() throws {
    var spec = JobSpec(command: ["sh", "-c", "echo out $LAUNCHER_JOB_ID; echo err >&2; exit 3"])
    spec.standardOutput = "o-{id}-{name}.txt"
    spec.standardError = "e 'x'.txt"
    let (code, folder, record) = try run(spec)
    #expect(code == 3)
    #expect(try text(folder + "/o-34-a_b.txt") == "out 34\n")
    #expect(try text(folder + "/e 'x'.txt") == "err\n")
    #expect(record?.code == 3 && record?.wasSignalled == false)
  }

  @Test func `an element has its index, its own file and its own record`() throws {
    var spec = JobSpec(command: ["sh", "-c", "echo $LAUNCHER_JOB_ID $LAUNCHER_ARRAY_INDEX $LAUNCHER_JOB_NAME"])
    spec.name = "sweep"
    spec.array = try ArrayIndices(parsing: "1-4")
    let (code, folder, record) = try run(spec, index: 3)
    #expect(code == 0)
    #expect(try text(folder + "/lsf-34_3.out") == "34[3] 3 sweep\n")
    #expect(record.flatMap { LSFID(record: $0.id) } == LSFID(number: 34, index: 3))
  }

  @Test(
    arguments: [
      "stdout", "directory", "stdin",
    ]
  )
  func `a file that cannot be written, and a folder or an input that is not there, fail the launch`(field: String)
    throws
  {
    var spec = JobSpec(command: ["true"])
    switch field {
    case "stdout": spec.standardOutput = "/no/such/folder/out"
    case "directory": spec.directory = "/no/such/folder"
    default: spec.standardInput = "/no/such/input"
    }
    let (code, _, record) = try run(spec)
    #expect(code == ExitRecord.notLaunched)
    #expect(record?.wasLaunched == false)
    #expect(record?.failure?.hasPrefix("the f") == true)
  }

  @Test func `the record lies in the folder of its cluster, where the cluster's name can be one`() throws {
    func folder(_ cluster: String?) throws -> Bool {
      let site = LSFSite(cluster: cluster)
      let script = try BsubCommand(JobSpec(command: ["true"]), token: "t", site: site).script
      return script.contains("folder=$launcher_records/\(JobRecords.folder(of: cluster))\n")
    }
    #expect(JobRecords.folder(of: "lb-volc_2.x") == "lb-volc_2.x")
    for odd in [nil, "", "a b", "a/b", "..", "-x", "$(id)"] {
      #expect(JobRecords.folder(of: odd) == "lsf", "\(odd ?? "")")
    }
    for cluster in [nil, "lk", "$(id)"] { #expect(try folder(cluster)) }
  }

  @Test func `a program that is not there was not launched`() throws {
    let (code, _, record) = try run(JobSpec(command: ["/no/such/program"]))
    #expect(code == 127)
    #expect(record?.wasLaunched == false)
  }

  @Test func `a signal is distinguished from a code above 128`() throws {
    let (code, _, record) = try run(JobSpec(command: ["sh", "-c", "kill -KILL $$"]))
    #expect(code == 137)
    #expect(record?.wasSignalled == true)
    #expect(try run(JobSpec(command: ["sh", "-c", "exit 137"])).record?.wasSignalled == false)
  }

  @Test func `a user's script runs as it was written, with its own interpreter`() throws {
    let spec = JobSpec(script: "#!/bin/sh\n#BSUB -q x\n|| true\necho 'a  b' \"$0\" | cut -c1-4\n|\n")
    let script = try BsubCommand(spec, token: "t").script
    #expect(script.contains("\n||| true\n"))
    let (code, folder, _) = try run(JobSpec(script: "#!/bin/sh\n#BSUB -q x\necho 'a  b'\ncat <<E\n|x\nE\n"))
    #expect(code == 0)
    #expect(try text(folder + "/lsf-34.out") == "a  b\n|x\n")
  }

  @Test func `variables are inherited, all, some or none, and set`() throws {
    func output(_ inheritance: EnvironmentSpec.Inheritance) throws -> String {
      var spec = JobSpec(command: ["sh", "-c", "echo ${SECRET-} ${KEPT-} ${LSB_JOBID-} $NEW"])
      spec.environment = EnvironmentSpec(inherit: inheritance, set: ["NEW": "it's\n$x"])
      return try text(try run(spec).folder + "/lsf-34.out").replacing("\n", with: " ")
    }
    #expect(try output(.all) == "1 2 34 it's $x ")
    #expect(try output(.some(["KEPT"])) == "2 34 it's $x ")
    #expect(try output(.none) == "34 it's $x ")
  }

  @Test func `LSF shows the script as the command: token and files are read back from that`() throws {
    var spec = JobSpec(command: ["true"])
    spec.directory = "/home/ada/my run"
    spec.standardOutput = "out;<{id}>-{index}.txt"
    let script = try BsubCommand(spec, token: "0123456789abcdef0123456789abcdef").script
    let command = script.split(separator: "\n").joined(separator: ";")
    let listing =
      "\nJob <34[3]>, Job Name <sweep[3]>, User <ada>, Project <default>, Status <RUN>, Queue <normal>, Command <\(command)>\n"
      + "Sat Nov 21 00:27:53: Submitted from host <vm>, CWD <$HOME>, Output File </dev/null>;\n"
    let story = try #require(JobStory(listing, times: LSFTime(now: evening)))
    #expect(JobFiles.isScript(story.command ?? "", of: "0123456789abcdef0123456789abcdef"))
    #expect(!JobFiles.isScript(story.command ?? "", of: "fedcba9876543210fedcba9876543210"))
    let files = JobFiles(story, name: "sweep")
    #expect(files.directory == "/home/ada/my run")
    #expect(files.output == "/home/ada/my run/out;<34>-3.txt")
    #expect(files.errors == files.output)
    #expect(story.state == "RUN" && story.name == "sweep")
  }
}
