import CLinux
import Glibc

/// Starts processes that do not belong to this one.
enum Spawn {
  struct Request {
    var path: String
    var arguments: [String]
    var environment: [String: String]
    var directory: String?
    var standardInput: Int32
    var standardOutput: Int32
    var standardError: Int32
    var isSupervisor = false
  }

  /// The new process's number, or the errno value that says why there is none.
  static func start(_ request: Request) -> Result<pid_t, Errno> {
    let arguments = request.arguments.map { strdup($0) } + [nil]
    let environment = request.environment.map { strdup($0.key + "=" + $0.value) } + [nil]
    let directory = request.directory.flatMap { strdup($0) }
    defer {
      for pointer in arguments + environment + [directory] { free(pointer) }
    }
    var pid: pid_t = 0
    let error = request.path.withCString { path in
      arguments.withUnsafeBufferPointer { argumentList in
        environment.withUnsafeBufferPointer { variables in
          var native = clinux_spawn_request()
          native.path = path
          native.arguments = argumentList.baseAddress
          native.environment = variables.baseAddress
          native.directory = UnsafePointer(directory)
          native.standard_input = request.standardInput
          native.standard_output = request.standardOutput
          native.standard_error = request.standardError
          native.is_supervisor = request.isSupervisor ? 1 : 0
          return clinux_spawn(&native, &pid)
        }
      }
    }
    return error == 0 ? .success(pid) : .failure(Errno(number: error))
  }

  /// Starts this same program in one of its hidden roles, without any connection to the caller.
  static func startSelf(_ arguments: [String], settings: Settings) -> Result<pid_t, Errno> {
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    guard null >= 0 else { return .failure(Errno(number: errno)) }
    defer { close(null) }
    var information = stat()
    // The log only ever contains unexpected messages: it needs no better rotation.
    let truncate = stat(settings.folder.log, &information) == 0 && information.st_size > 1 << 20 ? O_TRUNC : 0
    let log = open(settings.folder.log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | truncate, 0o600)
    defer { if log >= 0 { close(log) } }
    return start(
      Request(
        path: ownExecutable(),
        arguments: ["local-adapter"] + arguments,
        environment: settings.supervisorEnvironment,
        directory: "/",
        standardInput: null,
        standardOutput: null,
        standardError: log >= 0 ? log : null,
        isSupervisor: true
      )
    )
  }

  private static func ownExecutable() -> String {
    let link = "/proc/self/exe"
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard readlink(link, &buffer, buffer.count - 1) > 0 else { return link }
    let path = text(buffer)
    // An upgrade replaced the program: the link still leads to the running one.
    return access(path, X_OK) == 0 ? path : link
  }

  struct Errno: Error {
    let number: Int32
  }
}
