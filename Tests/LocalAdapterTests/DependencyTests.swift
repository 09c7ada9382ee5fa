import Foundation
import LauncherProtocol
import Testing

@Suite struct DependencyTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let condition: JobDependency.Condition
    let exitCode: Int
    let runs: Bool
    var testDescription: String { "\(condition.rawValue) of a job that ends with \(exitCode)" }
  }

  @Test(arguments: [
    Case(condition: .afterok, exitCode: 0, runs: true), Case(condition: .afterok, exitCode: 1, runs: false),
    Case(condition: .afternotok, exitCode: 0, runs: false), Case(condition: .afternotok, exitCode: 1, runs: true),
    Case(condition: .afterany, exitCode: 1, runs: true), Case(condition: .aftercorr, exitCode: 0, runs: true),
    Case(condition: .aftercorr, exitCode: 1, runs: false),
  ])
  func `a job runs only when the one before it ended as required`(_ example: Case) throws {
    let bench = try Workbench()
    let first = try bench.submit(shell: "exit \(example.exitCode)") { $0.hold = true }
    let second = try bench.submit(shell: "true") { $0.dependencies = [JobDependency(example.condition, first)] }
    let third = try bench.submit(shell: "true") { $0.dependencies = [JobDependency(.afterok, second)] }
    #expect(try bench.status(second).state == .held)
    #expect(try bench.status(second).reason?.code == .dependency)
    try bench.adapter.act("release", [first])
    let status = try bench.finished(second)
    let last = try bench.finished(third)
    if example.runs {
      #expect(status.state == .finished(.succeeded))
      #expect(last.state == .finished(.succeeded))
      #expect(try #require(status.startedAt) >= #require(bench.status(first).endedAt))
    } else {
      #expect(status.state == .finished(.dependencyFailed))
      #expect(status.reason?.text.contains("job \(first)") == true)
      #expect(status.startedAt == nil)
      #expect(last.state == .finished(.dependencyFailed))
    }
  }

  @Test func `after waits for the start only`() throws {
    let bench = try Workbench()
    let first = try bench.submit(shell: "sleep 100") { $0.hold = true }
    let second = try bench.submit(shell: "true") { $0.dependencies = [JobDependency(.after, first)] }
    #expect(try bench.status(second).state == .held)
    try bench.adapter.act("release", [first])
    #expect(try bench.finished(second).state == .finished(.succeeded))
    #expect(try bench.status(first).state == .running)
  }

  @Test func `aftercorr goes task by task`() throws {
    let bench = try Workbench()
    let first = try bench.submit(shell: "exit $((LAUNCHER_ARRAY_INDEX == 1))") {
      $0.array = ArrayIndices(0...2)
      $0.hold = true
    }
    let second = try bench.submit(shell: "true") {
      $0.array = ArrayIndices(0...2)
      $0.dependencies = [JobDependency(.aftercorr, first)]
    }
    try bench.adapter.act("release", [first])
    let outcomes = try bench.finished(second).tasks?.map(\.state)
    #expect(outcomes == [.finished(.succeeded), .finished(.dependencyFailed), .finished(.succeeded)])
  }

  @Test func `a dependency of a job that ended already is settled at once`() throws {
    let bench = try Workbench()
    let first = try bench.submit(bench.spec("false"))
    try bench.finished(first)
    let second = try bench.submit(shell: "true") { $0.dependencies = [JobDependency(.afterok, first)] }
    #expect(try bench.status(second).state == .finished(.dependencyFailed))
  }

  @Test func `a job that does not exist cannot be waited for`() throws {
    let bench = try Workbench()
    let error = refusal { _ = try bench.submit(shell: "true") { $0.dependencies = [JobDependency(.afterok, "99")] } }
    #expect(error?.code == .unknownJob)
    #expect(try bench.adapter.poll().isEmpty)
  }
}
