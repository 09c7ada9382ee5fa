import ArgumentParser
import Glibc
import LauncherKit
import UnixSignals

struct RunCommand: SubmittingCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Submit a job, show its output as it comes, and end as it ends.",
    discussion: """
      The exit code is the job's own, and 128 plus the number for a signal, also when it was sent because the
      walltime was up. A job that did not succeed and has no such code gives 124 for its walltime, 125 otherwise.
      An interrupt (Ctrl-C) or a closed output cancels the job; a closed terminal does not. The job reads nothing
      from standard input unless --stdin names a file.

      EXAMPLES
        launcher run -- python train.py --epochs 10
        launcher run --walltime 10m --cpus-per-task 4 -- ./simulate
      """
  )

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var job: JobOptions

  @Flag(name: .customLong("dry-run"), help: "Show what would be done, and do nothing.")
  var isDryRun = false

  func run() async throws {
    guard let (launcher, spec) = try await prepare(json: false) else { return }
    // From here on, an interrupt is meant for the job: it must not end this program between the submission and its
    // answer.
    let interrupts = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    Interrupts.leave(SIGINT, SIGTERM)
    let submitting = Task { try await launcher.submit(spec) }
    let watching = Task { await Self.cancelOnInterrupt(interrupts, submitting, of: launcher) }
    defer { watching.cancel() }
    let submission = try await submitting.value
    let job = submission.job
    say(submission.remarks)
    let status: JobStatus
    do {
      status = try await launcher.follow(job) { event in
        switch event {
        case .status: break
        case .output(let piece): await Self.show(piece, of: job, launcher)
        // It does not change how the job ended.
        case .unreadable(let error): Failure(error).write()
        }
      }
    } catch {
      StandardError.write(
        "launcher: job \(Terminal.harmless(job.id)) was submitted and may go on; it cannot be followed any more. "
          + "Look with: launcher wait \(Terminal.harmless(job.id))"
      )
      throw error
    }
    throw ExitCode(try Self.exitCode(for: status))
  }

  private static func show(_ piece: OutputPiece, of job: JobReference, _ launcher: Launcher) async {
    guard piece.stream == .standardOutput else { return StandardError.write(piece.bytes) }
    let id = Terminal.harmless(job.id)
    do throws(StandardOutput.Closed) {
      try StandardOutput.pass(piece.bytes, whenLost: "Job \(id) may go on. See: launcher status \(id)")
    } catch {
      // As in a pipeline: a program that writes to no reader ends.
      StandardError.write("launcher: nobody reads the output any more; cancelling job \(id)")
      try? await launcher.cancel(job)
      Interrupts.exit(141)
    }
  }

  private static func cancelOnInterrupt(
    _ interrupts: UnixSignalsSequence,
    _ submitting: Task<Submission, any Error>,
    of launcher: Launcher
  ) async {
    var first: ContinuousClock.Instant?
    for await signal in interrupts {
      // One interrupt may come twice: sent to all programs of a terminal, and passed on by the one that started this.
      if let first, ContinuousClock.now - first < .milliseconds(500) { continue }
      if first != nil {
        StandardError.write("launcher: leaving; the job may go on. See: launcher status")
        Interrupts.exit(signal == .sigint ? 130 : 143)
      }
      first = .now
      // In a separate task, so that a second interrupt is noticed while the scheduler is slow.
      Task {
        guard let job = try? await submitting.value.job else { return }
        StandardError.write(
          "launcher: cancelling job \(job.id); interrupt once more to leave without waiting for its end"
        )
        do {
          try await launcher.cancel(job)
        } catch {
          StandardError.write("launcher: job \(job.id) could not be cancelled: \(error.wholeText)")
        }
      }
    }
  }

  /// The job's own exit status as a shell shows it, or a documented code if it has none.
  private static func exitCode(for status: JobStatus) throws -> Int32 {
    let id = status.id
    if case .finished(let outcome) = status.state {
      let reason = status.reason.map { ": \(Terminal.harmless($0.text))" } ?? ""
      if outcome != .succeeded, outcome != .failed || status.exitStatus == nil {
        StandardError.write("launcher: job \(id) ended: \(outcome.word)\(reason)")
      } else if outcome == .succeeded, status.reason != nil {
        // For example: output that could not be delivered.
        StandardError.write("launcher: job \(id) succeeded\(reason)")
      }
      let isItsOwn = outcome == .succeeded || outcome == .failed
      // A command that caught the signal and ended with 0 did not succeed nevertheless.
      if let exit = status.exitStatus, isItsOwn || exit.shellValue != 0 { return exit.shellValue }
      switch outcome {
      case .succeeded: return 0
      case .walltimeExceeded: return ExitStatusCode.timedOut.rawValue
      default: return ExitStatusCode.noExitStatus.rawValue
      }
    }
    throw Failure(
      .temporary,
      "how job \(id) ended is not known (\(status.state))",
      advice: "Look again with: launcher status \(id)"
    )
  }
}
