import AdapterKit
import Glibc

/// Why a job's command could not be started.
struct LaunchFailure: Error {
  let reason: String
}

/// Starts a job's command.
struct JobProcess {
  let order: JobOrder

  /// Starts the command in a session of its own.
  ///
  /// - Throws: `LaunchFailure` with a sentence for the job's status.
  func start() throws -> pid_t {
    // From here on, files belong to the job, so they are created with the submitter's umask.
    umask(order.umask)
    let environment = JobEnvironment.started(
      order.environment,
      order.key,
      name: order.spec.name,
      token: order.token
    )
    let words = try words()
    let source = order.spec.standardInput.map { absolute($0) } ?? "/dev/null"
    let input = try JobFile.open(source, O_RDONLY, "standard input")
    defer { close(input) }
    let paths = OutputPath.outputs(
      order.key,
      stdout: order.spec.standardOutput,
      stderr: order.spec.standardError,
      name: order.spec.name,
      directory: order.directory,
      folder: order.folder
    )
    let writing = O_WRONLY | O_CREAT | O_APPEND | O_TRUNC
    let output = try JobFile.open(paths.stdout, writing, "standard output")
    defer { close(output) }
    // One file for both is one descriptor, so that neither cuts off what the other wrote.
    let error = paths.stderr == paths.stdout ? output : try JobFile.open(paths.stderr, writing, "standard error")
    defer { if error != output { close(error) } }
    guard access(order.directory, X_OK) == 0 else {
      throw LaunchFailure(reason: "its directory \(order.directory) cannot be entered: \(errorText(errno))")
    }
    let program = try resolve(words[0], path: environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")
    var request = Spawn.Request(
      path: program,
      arguments: words,
      environment: environment,
      directory: order.directory,
      standardInput: input,
      standardOutput: output,
      standardError: error
    )
    var result = Spawn.start(request)
    if case .failure(let failure) = result, failure.number == ENOEXEC {
      // A script without its first line: run the way every shell runs it.
      request.path = "/bin/sh"
      request.arguments = ["/bin/sh", program] + words.dropFirst()
      result = Spawn.start(request)
    }
    switch result {
    case .success(let pid): return pid
    case .failure(let failure): throw LaunchFailure(reason: Self.reason(failure.number, words[0]))
    }
  }

  private static func reason(_ number: Int32, _ program: String) -> String {
    switch number {
    case ENOENT: "no such program: \(program) (or the interpreter in its first line)"
    case E2BIG: "the arguments and variables of \(program) are too long for the system"
    default: "\(program) cannot be started: \(errorText(number))"
    }
  }

  private func absolute(_ path: String) -> String { OutputPath.absolute(path, in: order.directory) }

  /// The words to run; scripts are written into the job's folder.
  private func words() throws -> [String] {
    var words: [String]
    switch order.spec.work {
    case .command(let command): words = JobScript.launching(command, order.spec)
    case .script(let text):
      let path = try write(text, as: "script")
      words = text.hasPrefix("#!") ? [path] : ["/bin/sh", path]
    }
    guard order.spec.prologue != nil || order.spec.epilogue != nil else { return words }
    return [try write(JobScript.wrapping(words, order.spec), as: "job.sh")]
  }

  private func write(_ text: String, as name: String) throws -> String {
    let path = order.folder + "/" + name
    do {
      try writeFile(Array(text.utf8), to: path, mode: 0o700)
    } catch {
      throw LaunchFailure(reason: "\(error)")
    }
    return path
  }

  private func resolve(_ program: String, path: String) throws -> String {
    if program.contains("/") { return absolute(program) }
    var isThere = false
    for folder in path.split(separator: ":", omittingEmptySubsequences: false) {
      let candidate = absolute((folder.isEmpty ? "." : String(folder)) + "/" + program)
      var information = stat()
      guard stat(candidate, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { continue }
      if access(candidate, X_OK) == 0 { return candidate }
      isThere = true
    }
    throw LaunchFailure(
      reason: isThere ? "\(program) may not be executed" : "no such program: \(program) (looked for in the job's PATH)"
    )
  }
}
