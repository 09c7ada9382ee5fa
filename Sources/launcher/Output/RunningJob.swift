import Glibc
import LauncherKit

/// A job whose output is shown while it runs.
struct RunningJob {
  let job: JobReference
  let launcher: Launcher

  /// Shows the job's output until it ended; returns its last status.
  ///
  /// Output that cannot be read is said, and changes nothing about how the job ended.
  func follow() async throws -> JobStatus? {
    let follower = OutputFollower()
    defer { follower.finish() }
    return try await withThrowingTaskGroup(of: Void.self) { group in
      var last: JobStatus?
      var followed = Set<String>()
      for try await status in launcher.changes(of: [job]) {
        last = status
        // Before the start a file of that name is an earlier job's.
        if Self.hasBegun(status), status.tasks == nil {
          for (path, take) in Self.streams(of: status) where followed.insert(path).inserted {
            group.addTask { await show(path, with: follower, take: take) }
          }
        }
      }
      follower.finish()
      try await group.waitForAll()
      if let last, followed.isEmpty { Self.sayWhyNothingWasShown(last) }
      return last
    }
  }

  private static func hasBegun(_ status: JobStatus) -> Bool {
    if status.startedAt != nil { return true }
    // Not every scheduler tells when a job began. One that was removed may never have begun, whatever its exit code is.
    return status.exitStatus != nil && (status.state == .finished(.succeeded) || status.state == .finished(.failed))
  }

  private static func sayWhyNothingWasShown(_ status: JobStatus) {
    // One that never began has no output.
    guard hasBegun(status) || status.tasks != nil else { return }
    do throws(Failure) {
      _ = try JobOutputFiles(of: status, stdout: true, stderr: true)
    } catch {
      error.write()
    }
  }

  /// The files with the output, and where each goes; merged output goes to standard output alone.
  private static func streams(of status: JobStatus) -> [(path: String, take: @Sendable ([UInt8]) throws -> Void)] {
    var streams: [(path: String, take: @Sendable ([UInt8]) throws -> Void)] = []
    if let output = status.standardOutput {
      let lost = "Job \(Terminal.harmless(status.id)) may go on. See: launcher status \(Terminal.harmless(status.id))"
      streams.append((output, { try StandardOutput.pass($0, whenLost: lost) }))
    }
    if let errors = status.standardError, errors != status.standardOutput {
      streams.append((errors, { StandardError.write($0) }))
    }
    return streams
  }

  private func show(
    _ path: String,
    with follower: OutputFollower,
    take: @escaping @Sendable ([UInt8]) throws -> Void
  ) async {
    do {
      try await follower.follow(path, of: launcher, take: take)
      await launcher.finishedReading(jobFile: path)
    } catch let failure as Failure {
      failure.write()
    } catch let error as AdapterError {
      Failure(error).write()
    } catch is StandardOutput.Closed {
      // As in a pipe of programs: who writes to nobody ends.
      StandardError.write("launcher: nobody reads the output any more; cancelling job \(job.id)")
      try? await launcher.cancel(job)
      Interrupts.exit(141)
    } catch {
      // Cancelled: the job is not followed any more.
    }
  }
}
