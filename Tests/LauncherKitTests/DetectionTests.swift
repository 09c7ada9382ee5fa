import Foundation
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("Detection", .serialized)
  struct DetectionTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func options(deadline: Duration = .patience, host: (any CommandHost)? = nil) -> Launcher.Options {
      Launcher.Options(
        search: AdapterSearch(folders: [folder.path]),
        detectionDeadline: deadline,
        host: host,
        tracking: .none
      )
    }

    /// A deadline that adapters that answer can meet, on this machine as it is now.
    private func ampleDeadline() async throws -> Duration {
      let other = try TestFolder()
      _ = try other.adapter("good", detecting("responding"))
      let begun = ContinuousClock.now
      let search = AdapterSearch(folders: [other.path])
      let options = Launcher.Options(search: search, detectionDeadline: .patience, tracking: .none)
      #expect(try await Launcher.survey(options).chosen != nil)
      return max(.seconds(2), (ContinuousClock.now - begun) * 20)
    }

    private func detecting(_ presence: String) -> String {
      FakeAdapter.script(#"answer '{"presence":"\#(presence)","evidence":[{"direction":"for","fact":"x"}]}'"#)
    }

    @Test func `the adapter whose scheduler responds is taken, local only when there is no other`() async throws {
      _ = try folder.adapter("local", detecting("responding"))
      _ = try folder.adapter("absent", detecting("absent"))
      #expect(try await Launcher.survey(options()).chosen?.file.name == "local")
      _ = try folder.adapter("z", detecting("responding"))
      let other = try TestFolder()
      for name in ["local", "z"] { _ = try other.adapter(name, detecting("responding")) }
      let options = Launcher.Options(
        search: AdapterSearch(folders: [other.path]),
        detectionDeadline: .patience,
        tracking: .none
      )
      let launcher = try await Launcher.detect(options)
      #expect(launcher.adapterName == "z")
    }

    @Test func `jobs do not run on this machine by mistake while a scheduler is here and does not respond`()
      async throws
    {
      _ = try folder.adapter("local", detecting("responding"))
      _ = try folder.adapter("down", detecting("installed"))
      #expect(try await Launcher.survey(options()).chosen == nil)
      let error = await #expect(throws: LauncherError.self) { _ = try await Launcher.detect(options()) }
      #expect(error?.code == .schedulerUnreachable)
      #expect(error?.message.contains("down") == true)
      #expect(error?.advice?.contains("--adapter local") == true)
    }

    @Test func `an adapter that waits too long for its scheduler counts as one whose scheduler does not respond`()
      async throws
    {
      _ = try folder.adapter("local", detecting("responding"))
      let deadline = try await ampleDeadline()
      _ = try folder.adapter("slow", FakeAdapter.script("sleep 98764"))
      let report = try await Launcher.survey(options(deadline: deadline))
      #expect(report.inDoubt.map(\.file.name) == ["slow"])
      #expect(report.chosen == nil)
    }

    @Test func `several that respond are a tie that is reported, decided by name`() async throws {
      for name in ["b", "a", "local"] { _ = try folder.adapter(name, detecting("responding")) }
      let report = try await Launcher.survey(options())
      #expect(report.chosen?.file.name == "a")
      #expect(report.tied.map(\.file.name) == ["b"])
    }

    @Test func `an adapter that fails or hangs costs no other its answer, and no more than the deadline`() async throws
    {
      _ = try folder.adapter("good", detecting("responding"))
      let deadline = try await ampleDeadline()
      _ = try folder.adapter("hangs", FakeAdapter.script("sleep 98765"))
      _ = try folder.adapter("dies", FakeAdapter.script("echo no >&2; exit 1"))
      _ = try folder.adapter("noise", "#!/bin/sh\necho hello\n")
      let begun = ContinuousClock.now
      let report = try await Launcher.survey(options(deadline: deadline))
      #expect(ContinuousClock.now - begun < deadline * 3)
      #expect(report.chosen?.file.name == "good")
      let codes = Dictionary(uniqueKeysWithValues: report.findings.map { ($0.file.name, $0.error?.code) })
      #expect(codes["hangs"] == .adapterTimedOut)
      #expect(codes["dies"] == .adapterDied)
      #expect(codes["noise"] == .adapterNoise)
      let path = folder.path
      #expect(await eventually { Processes.mentioning(path).isEmpty })
    }

    @Test func `asking again costs nothing, unless native commands run elsewhere`() async throws {
      _ = try folder.adapter("fake", detecting("responding"))
      let first = try await Launcher.survey(options())
      #expect(first.chosen?.detection?.presence == .responding)
      let started = folder.processID()
      _ = try await Launcher.survey(options())
      #expect(folder.processID() == started)
      let recording = ReplayingHost([])
      _ = try await Launcher.survey(options(host: recording))
      #expect(folder.processID() != started)
    }

    @Test func `where no adapter is, the error says where they were looked for`() async throws {
      let error = await #expect(throws: LauncherError.self) { try await Launcher.detect(options()) }
      #expect(error?.code == .adapterUnknown)
      #expect(error?.message.contains(folder.path) == true)
    }

    @Test func `a launcher polls, and a job that the adapter does not report stays unknown`() async throws {
      _ = try folder.adapter(
        "fake",
        FakeAdapter.script(
          #"""
          case $line in
          *'"method":"poll"'*) report '[{"id":"1","state":"finished","outcome":"succeeded"}]'; answer '{"complete":true}' ;;
          *) answer '{"presence":"responding","evidence":[]}' ;;
          esac
          """#
        )
      )
      let launcher = try await Launcher.detect(options())
      let poll = try await launcher.statuses(of: [
        JobReference(id: "1"), JobReference(id: "2"), JobReference(id: "$(x)"),
      ])
      #expect(poll.jobs.map(\.state) == [.finished(.succeeded), .unknown(.unreadable), .unknown(.gone)])
    }
  }
}
