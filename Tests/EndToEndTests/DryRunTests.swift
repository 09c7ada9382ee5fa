import Foundation
import Testing

/// What a dry run shows of a native command: everything that the job would get.
@Suite struct DryRunTests {
  /// An adapter that passes the job in a variable.
  private static let adapter = #"""
    #!/usr/bin/env python3
    import json, sys
    for line in sys.stdin:
        message = json.loads(line)
        if message.get("method") == "initialize":
            answer = {"result": {"protocol": 1, "adapter": {"name": "variable-adapter", "version": "1"},
                                 "scheduler": "variable", "operations": ["submit"], "fields": ["command", "directory"]}}
        elif message.get("method") == "submit":
            asked, spec = message["id"], message["params"]["spec"]
            print(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "run", "params": {
                "argv": ["enqueue"], "effect": "creates", "directory": spec["directory"], "unsetEnvironment": ["QUEUE_FORMAT"],
                "setEnvironment": {"JOB": " ".join(spec["command"]), "TOKEN": message["params"]["token"]}}}), flush=True)
            continue
        else:
            message["id"], answer = asked, {"error": message["error"]}
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **answer}), flush=True)

    """#

  @Test func `folder and variables of the command are shown`() async throws {
    let folder = try Program.makeFolder("variable")
    let path = folder + "/variable-adapter"
    try Self.adapter.write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    let program = try Program()
    let words = ["submit", "--dry-run", "--adapter", path, "--directory", folder]
    let launcher = "\(Program.buildFolder)/launcher"
    let shown = try await program.run(launcher, words + ["--", "echo", "hello"])
    #expect(shown.exitCode == 0, "\(shown.stderr)")
    #expect(shown.stdout.contains("# in \(folder)\n# with JOB='echo hello'\n# with TOKEN="), "\(shown.stdout)")
    #expect(shown.stdout.hasSuffix("# without QUEUE_FORMAT\nenqueue\n"), "\(shown.stdout)")
    let json = try await program.run(launcher, words + ["--json", "--", "echo", "hello"])
    let step = try #require(try JSON.array(json.stdout).first)
    #expect(step["directory"] as? String == folder)
    #expect((step["setEnvironment"] as? [String: String])?["JOB"] == "echo hello")
    #expect(step["unsetEnvironment"] as? [String] == ["QUEUE_FORMAT"])
  }
}
