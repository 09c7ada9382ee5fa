import Foundation
import Testing

@Suite("Slurm: text that could be taken for something else", .onCluster, .sharing)
struct TextTests {
  @Test(
    arguments: [
      "it's \"quoted\"", "a|b|c", "100% %j %x", "k=v JobState=FAILED", "one; two", "#SBATCH --array=1-5", "-n 5",
      "--wrap",
      "ü€😀", "$(touch pwned) `id`", " blanks ", "back\\slash", "a,b", "{id}", "*",
    ]
  )
  func `names come back as they were given`(name: String) async throws {
    let user = try await ClusterUser()
    let id = try await user.submit("--name=\(name)", "--hold", "--", "true")
    let status = try #require(try await user.statuses([id]).first)
    #expect(status.name == name)
    #expect(status.state == "held")
    #expect(status.tasks == nil)
    try await user.cancel(id)
    #expect(try await user.status(id).name == name)
    #expect(!FileManager.default.fileExists(atPath: "\(user.folder)/pwned"))
  }

  @Test(arguments: ["--name", "--stdout", "--queue", "--account"])
  func `a line break in a name or a path is refused`(option: String) async throws {
    let outcome = try await ClusterUser().launcher("submit", "\(option)=a\n#SBATCH --array=1-5", "--", "true")
    #expect(outcome.exitCode == 65, "\(outcome.stderr)")
    #expect(outcome.stdout == "")
  }

  @Test func `words and variables reach the command as they were typed`() async throws {
    let words = [
      "two words", "a'b\"c", "new\nline", "#SBATCH -N 5", "$(touch pwned) `id`", "-n", "*", "", "ü€😀", "\\n", "a\tb",
      "k=v", "%j",
    ]
    let values = ["COMMAS": "a,b,c", "LINES": "one\ntwo\n", "QUOTES": "'\"`$HOME", "EMPTY": "", "UMLAUT": "ü=€"]
    let user = try await ClusterUser()
    let python = """
      import json, os, sys
      json.dump([sys.argv[1:], {name: os.environ.get(name) for name in "\(values.keys.joined(separator: " "))".split()}], \
      open("seen", "w"))
      """
    var command = ["run"]
    for (name, value) in values { command += ["--env", "\(name)=\(value)"] }
    let outcome = try await user.launcher(command + ["--", "python3", "-c", python] + words)
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
    let seen = try JSONSerialization.jsonObject(with: Data(user.text(of: "seen").utf8)) as? [Any]
    #expect(seen?.first as? [String] == words)
    #expect(seen?.last as? [String: String] == values)
    #expect(!FileManager.default.fileExists(atPath: "\(user.folder)/pwned"))
  }

  @Test(.onTheSpot)
  func `variables that are inherited arrive whole, and none arrive that were not asked for`() async throws {
    let user = try await ClusterUser()
    let mine: [String: String?] = ["MINE": "a,b='c'\nd", "SBATCH_PARTITION": "down", "SLURM_TIME_FORMAT": "%Y"]
    let script = "printf %s \"${MINE-none}\" > \"$1\""
    for (way, expected) in [("all", "a,b='c'\nd"), ("none", "none"), ("MINE", "a,b='c'\nd"), ("PATH", "none")] {
      let outcome = try await user.launcher(
        "run",
        "--inherit-env",
        way,
        "--",
        "sh",
        "-c",
        script,
        "sh",
        "seen-\(way)",
        environment: mine
      )
      #expect(outcome.exitCode == 0, "\(way): \(outcome.stderr)")
      #expect(user.text(of: "seen-\(way)") == expected, "\(way)")
    }
  }

  @Test func `files and folders are where they were asked for`() async throws {
    let user = try await ClusterUser()
    _ = try await user.run(["mkdir", "in here"])
    let id = try await user.submit(
      "--name",
      "x",
      "--directory",
      "in here",
      "--array",
      "7-8",
      "--stdout",
      "{name}-{id}-{index} 100%.out",
      "--stderr",
      "{id}_{index}.err",
      "--",
      "sh",
      "-c",
      "pwd; echo wrong >&2"
    )
    _ = try await user.status(id)
    for index in [7, 8] {
      #expect(user.text(of: "in here/x-\(id)-\(index) 100%.out") == "\(user.folder)/in here\n")
      #expect(user.text(of: "in here/\(id)_\(index).err") == "wrong\n")
    }
    let logs = try await user.launcher("logs", "\(id)_7")
    #expect(logs.stdout == "\(user.folder)/in here\n", "\(logs.stderr)")
    let single = try await user.submit("--stdout", "one-{id}", "--", "cat", "/etc/hostname")
    _ = try await user.status(single)
    #expect(!user.text(of: "one-\(single)").isEmpty)
    let input = try await user.submit("--stdin", "one-\(single)", "--stdout", "two", "--", "cat")
    _ = try await user.status(input)
    #expect(user.text(of: "two") == user.text(of: "one-\(single)"))
  }

  @Test func `a script brings its own directives and interpreter`() async throws {
    let user = try await ClusterUser()
    let script = """
      #!/usr/bin/env python3
      #SBATCH --job-name="from the script"
      import sys
      print("it's", sys.version_info[0])
      sys.exit(4)
      """
    let written = try await user.shell("printf %s \"$1\" > job.py", script)
    #expect(written.exitCode == 0)
    let id = try await user.submit("--script", "job.py", "--stdout", "out")
    let status = try await user.status(id)
    #expect(status.exitCode == 4)
    #expect(status.name == "from the script")
    #expect(user.text(of: "out") == "it's 3\n")
  }

  @Test func `other people's odd names cost no job anything`() async throws {
    let user = try await ClusterUser()
    let before = try await user.submit("--hold", "--name", "before", "--", "true")
    let odd = try await user.shell(
      """
      sbatch --parsable --hold --job-name="$(printf 'caf\\351 \\377')" --wrap true
      sbatch --parsable --hold --job-name="$(printf 'one\\ntwo|RUNNING|\\n98989898')" --wrap true
      sbatch --parsable --hold --job-name="$(printf 'a\\037b\\037c')" --comment="$(printf 'x\\ny')" --wrap true
      sbatch --parsable --hold --job-name="$(printf '\\n97979797\\03797979797\\037RUNNING\\0370:0')" --wrap true
      """
    )
    let ids = odd.stdout.split(separator: "\n").map(String.init)
    try #require(ids.count == 4, "\(odd.stdout) \(odd.stderr)")
    let after = try await user.submit("--hold", "--name", "after", "--", "true")

    let outcome = try await user.launcher("status", "--json")
    let all = try decoded([Seen].self, outcome.stdout)
    for (id, name) in [(before, "before"), (after, "after")] {
      let status = all.first { $0.id == id }
      #expect(status?.state == "held", "\(outcome.stderr)")
      #expect(status?.name == name)
    }
    // They must result neither in an end nor in a job that does not exist.
    for id in ids { #expect(all.filter { $0.id == id }.allSatisfy { $0.state == "held" || $0.state == "unknown" }) }
    #expect(!all.contains { ["98989898", "97979797"].contains($0.id) }, "\(outcome.stdout)")
    let latin = all.first { $0.id == ids[0] }
    #expect(latin?.state == "held")
    #expect(latin?.name == "caf\u{FFFD} \u{FFFD}")

    let named = try await user.launcher(["status", "--json", before] + ids + [after])
    let statuses = try decoded([Seen].self, named.stdout)
    #expect(statuses.first?.state == "held")
    #expect(statuses.last?.state == "held")
    #expect(statuses.allSatisfy { !$0.isFinished })
    try await user.cancel(before)
    try await user.cancel(after)
    for id in ids { try await user.cancel(id) }
    #expect(try await user.status(before).outcome == "cancelled")
  }
}
