import AdapterKit
import AdapterTestSupport
import Testing

@testable import lsf_adapter

@Suite("A submission that is looked up by its token")
struct FindTests {
  private let token = "0123456789abcdef0123456789abcdef"

  private func find(_ listing: String, records: String = "") async throws -> [JobReference] {
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "lsid": .text(IBM.lsid)
      case "bjobs": .text(listing.isEmpty ? "" : listing, stderr: listing.isEmpty ? "No job found\n" : "")
      case "sh": .text(records)
      default: .text("")
      }
    }
    return try await LSFAdapter().find(FindRequest(token: token), on: host).jobs
  }

  private func listed(_ id: String, _ command: String) -> String {
    "\nJob <\(id)>, Job Name <j>, User <ada>, Project <default>, Status <RUN>, Queue <normal>, Command <\(command)>\n"
      + "Wed Sep 30 20:32:14: Submitted from host <lk1>, CWD <$HOME>;\n\n"
  }

  @Test func `only a job whose script bears the token counts, and two of them are an error`() async throws {
    let script = "#!/bin/sh;# launcher:token=\(token);true"
    #expect(try await find(listed("7[1]", script) + listed("7[2]", script)).map(\.id) == ["7"])
    #expect(try await find(listed("7", "echo '# launcher:token=\(token)'")).isEmpty)
    #expect(try await find(listed("7", "#!/bin/sh;# launcher:token=\(token)0;true")).isEmpty)
    #expect(try await find(listed("7", "/home/ada/.local/state/launcher/script/\(token)")).map(\.id) == ["7"])
    let error = await #expect(throws: LauncherError.self) {
      _ = try await find(listed("7", script) + listed("8", script))
    }
    #expect(error?.code == .uncertainSubmission && error?.message.contains("7, 8") == true)
    let record = "record=lk/9\ntoken=\(token)\ncode=0\nwhole=yes\n"
    #expect(try await find("", records: record).map(\.id) == ["9"])
    #expect(try await find("", records: record.replacing("lk/9", with: "pbshost/9")).isEmpty)
  }
}
