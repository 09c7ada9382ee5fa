import ArgumentParser
import Glibc
import LauncherKit
import UnixSignals

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Submit a job, show its output as it comes, and end as it ends.",
    discussion: """
      The exit code is the job's own; 128 plus the number for a signal; 124 when its walltime was up,
      and 125 for another end without an exit status of its own. An interrupt (Ctrl-C) cancels the job.

      EXAMPLES
        launcher run -- python train.py --epochs 10
        launcher run --walltime 10m --cpus-per-task 4 -- ./simulate
      """
  )

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var job: JobOptions
  @OptionGroup var dryRun: DryRunOption

  func run() async throws {
    let spec = try job.makeSpec()
    let launcher = try await connection.connect()
    if dryRun.isOn {
      try dryRun.write(try await launcher.plan(spec), json: false)
      return
    }
    let (submitted, remarks) = try await launcher.submitting(spec)
    for remark in remarks { StandardError.write("launcher: \(Terminal.harmless(remark))") }
    let interrupts = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    let status = try await withThrowingTaskGroup(of: JobStatus?.self) { group in
      group.addTask { try await Self.follow(submitted, of: launcher) }
      group.addTask {
        await Self.cancelOnInterrupt(interrupts, submitted, of: launcher)
        return nil
      }
      defer { group.cancelAll() }
      while let result = try await group.next() {
        if let status = result { return status }
      }
      return try await launcher.status(of: submitted)
    }
    throw ExitCode(try Self.exitCode(for: status))
  }

  /// Shows the job's output until it ended; returns its last status.
  private static func follow(_ job: JobReference, of launcher: Launcher) async throws -> JobStatus? {
    let follower = OutputFollower()
    return try await withThrowingTaskGroup(of: Void.self) { group in
      var last: JobStatus?
      var followed = Set<String>()
      for try await status in launcher.changes(of: [job]) {
        last = status
        if let output = status.standardOutput, status.tasks == nil, followed.insert(output).inserted {
          group.addTask { try await follower.follow(output) { StandardOutput.write($0) } }
        }
        if let errors = status.standardError, status.tasks == nil, followed.insert(errors).inserted {
          group.addTask { try await follower.follow(errors) { StandardError.write($0) } }
        }
        if status.reason?.canEverRun == false, !status.state.isFinished {
          StandardError.write("launcher: job \(job.id) can never run: \(Terminal.harmless(status.reason?.text ?? ""))")
        }
      }
      follower.finish()
      try await group.waitForAll()
      return last
    }
  }

  private static func cancelOnInterrupt(
    _ interrupts: UnixSignalsSequence,
    _ job: JobReference,
    of launcher: Launcher
  ) async {
    var isSecond = false
    for await signal in interrupts {
      if isSecond {
        StandardError.write("launcher: leaving; job \(job.id) may go on. See: launcher status \(job.id)")
        Glibc.exit(signal == .sigint ? 130 : 143)
      }
      isSecond = true
      StandardError.write("launcher: cancelling job \(job.id)")
      do {
        try await launcher.cancel(job)
      } catch {
        StandardError.write("launcher: job \(job.id) could not be cancelled: \(error)")
      }
    }
  }

  /// The job's own exit status as a shell shows it, or a documented code where it has none.
  private static func exitCode(for status: JobStatus) throws -> Int32 {
    let id = status.id
    if case .finished(let outcome) = status.state {
      let reason = status.reason.map { ": \(Terminal.harmless($0.text))" } ?? ""
      if outcome != .succeeded, outcome != .failed || status.exitStatus == nil {
        StandardError.write("launcher: job \(id) ended: \(outcome.word)\(reason)")
      }
      if let exit = status.exitStatus { return exit.shellValue }
      switch outcome {
      case .succeeded: return 0
      case .walltimeExceeded: return ExitStatusCode.timedOut.rawValue
      default: return ExitStatusCode.noExitStatus.rawValue
      }
    }
    throw Failure(
      .temporary,
      "how job \(id) ended is not known (\(StatusText.state(status)))",
      advice: "Look again with: launcher status \(id)"
    )
  }
}
