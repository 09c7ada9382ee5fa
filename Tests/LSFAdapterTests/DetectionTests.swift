import AdapterKit
import AdapterTestSupport
import Foundation
import LauncherKit
import Testing

@testable import lsf_adapter

@Suite("Detection")
struct DetectionTests {
  @Test(
    arguments: [
      "cobalt-1.0.33/detect", "openpbs-23.06.06/detect", "sge-8.1.9/detect", "slurm-22.05.8/detect",
      "slurm-22.05.8/torque-wrappers", "slurm-23.11.11/detect", "slurm-26.05.3/detect", "torque-6.1.3.h5/detect",
    ]
  )
  func `where another scheduler was recorded, LSF is absent`(recording: String) async throws {
    let host = ReplayingHost([try Recording(folder: Fixture.folder + "/" + recording)])
    let detection = try await LSFAdapter().detect(on: host)
    print("\(recording): lsf \(detection.presence.rawValue)")
    #expect(detection.presence == .absent)
    #expect(!detection.evidence.isEmpty)
  }

  @Test func `volclava responds, and says its version, cluster and default queue`() async throws {
    let detection = try await LSFAdapter().detect(on: try Fixture.recorded("detect"))
    #expect(detection.presence == .responding)
    #expect(detection.flavour == "volclava")
    #expect(detection.version == "2.2")
    #expect(detection.server == "volclava")
    #expect(detection.evidence.contains(.for("jobs go to normal by default")))
  }

  @Test(
    arguments: [
      ("IBM Spectrum LSF Standard 10.1.0.14, Dec 18 2023", LSFServer.Flavour.ibm, "10.1.0.14"),
      ("IBM Platform LSF 9.1.3.0, Jul 04 2014", .ibm, "9.1.3.0"),
      ("Platform LSF 8.3.0.196409, May 10 2012", .ibm, "8.3.0.196409"),
      ("volclava project 2.2, Nov 21 2026", .volclava, "2.2"),
      ("OpenLava Project 3.3, Dec 03 2015", .openLava, "3.3"),
    ]
  )
  func `each relative is recognised by what lsid prints first`(
    line: String,
    flavour: LSFServer.Flavour,
    version: String
  ) {
    let server = LSFServer(lsid: line + "\n\nMy cluster name is lk\nMy master name is lk1\n")
    #expect(server.flavour == flavour)
    #expect(server.version == version)
    #expect(server.cluster == "lk")
  }

  @Test func `with its batch daemon down LSF is installed and does not respond, though lsid answers`() async throws {
    let lsid = try ScriptedHost.Answer.recorded("daemons-down/09-mbatchd-down-lsid")
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "lsid": lsid
      case "bjobs": .text("volclava project 2.2, Nov 21 2026\n")
      case "bparams": .init(stderr: "batch system daemon not responding ... still trying\n", ending: .timedOut)
      default: .notFound
      }
    }
    let detection = try await LSFAdapter().detect(on: host)
    #expect(detection.presence == .installed)
    #expect(detection.evidence.contains(.against("bparams: no answer in time")))
  }

  @Test func `without LSF's environment it is installed, and says what is missing`() async throws {
    let broken = try ScriptedHost.Answer.recorded("daemons-down/20-wrong-environment")
    let host = ScriptedHost { ["lsid", "bjobs", "bparams"].contains($0.argv[0]) ? broken : .notFound }
    let detection = try await LSFAdapter().detect(on: host)
    #expect(detection.presence == .installed)
    #expect(detection.evidence.contains { $0.fact.contains("Unable to open file lsf.conf") })
  }

  @Test(arguments: [true, false])
  func `commands that are there and do not answer are installed, never absent`(isSlow: Bool) async throws {
    let silence = isSlow ? ScriptedHost.Answer(ending: .timedOut) : .text("", exit: 255)
    for names in [["lsid", "bjobs", "bparams"], ["lsid"], ["bjobs"]] {
      let host = ScriptedHost { names.contains($0.argv[0]) ? silence : .notFound }
      let detection = try await LSFAdapter().detect(on: host)
      #expect(detection.presence == .installed, "\(names)")
      #expect(!detection.evidence.isEmpty)
    }
  }

  @Test func `so are both of them with words that are not known; Slurm's own lsid is not LSF`() async throws {
    let host = ScriptedHost {
      ["lsid", "bjobs"].contains($0.argv[0]) ? .text("", stderr: "oops\n", exit: 1) : .notFound
    }
    #expect(try await LSFAdapter().detect(on: host).presence == .installed)
    let slurm = "Slurm 23.11.11, Jan 01 2024\n\nMy cluster name is c\nMy master name is m\n"
    let wrapper = ScriptedHost { $0.argv[0] == "lsid" || $0.argv[0] == "bjobs" ? .text(slurm) : .notFound }
    #expect(try await LSFAdapter().detect(on: wrapper).presence == .absent)
  }

  @Test func `some other program called lsid is not LSF`() async throws {
    let host = ScriptedHost { $0.argv[0] == "lsid" ? .text("usage: lsid FILE\n", exit: 2) : .notFound }
    #expect(try await LSFAdapter().detect(on: host).presence == .absent)
  }

  @Test(arguments: [("0", "34"), ("3", "34[3]")])
  func `inside a job its id is reported, with the index of an array's element`(index: String, id: String) async throws {
    let host = ScriptedHost { command in
      switch command.argv.last {
      case "LSB_JOBID": .text("34\n")
      case "LSB_JOBINDEX": .text(index + "\n")
      default: .text(IBM.lsid)
      }
    }
    #expect(try await LSFAdapter().detect(on: host).insideJob == id)
  }
}
