import AdapterKit
import FoundationEssentials

/// The variables that a job's command sees.
enum JobEnvironment {
  /// What is known when the job is submitted: the variables that it inherits, and those that it sets.
  static func submitted(_ spec: EnvironmentSpec) -> [String: String] {
    let own = ProcessInfo.processInfo.environment
    var variables: [String: String]
    switch spec.inherit {
    case .all: variables = own
    case .none: variables = basic(own)
    case .some(let names):
      variables = basic(own)
      for name in names { variables[name] = own[name] }
    }
    variables.merge(spec.set) { _, new in new }
    return variables
  }

  /// The minimum that a fresh login of the user would have: without it, hardly any program runs. Schedulers provide the
  /// same when nothing is to be inherited; it contains none of the submitter's own variables.
  private static func basic(_ own: [String: String]) -> [String: String] {
    let user = User.current
    return [
      "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
      "HOME": user.home ?? own["HOME"] ?? "/",
      "USER": user.name,
      "LOGNAME": user.name,
      "SHELL": user.shell ?? "/bin/sh",
    ]
  }

  /// The variables that describe the job to itself.
  static func started(_ variables: [String: String], _ key: TaskKey, name: String?, token: String) -> [String: String] {
    var variables = variables
    for name in ["LAUNCHER_JOB_NAME", "LAUNCHER_ARRAY_INDEX", "LAUNCHER_ARRAY_JOB_ID"] { variables[name] = nil }
    variables["LAUNCHER_JOB_ID"] = key.text
    variables["LAUNCHER_JOB_NAME"] = name
    variables["LAUNCHER_TOKEN"] = token
    if key.position != TaskKey.noIndex {
      variables["LAUNCHER_ARRAY_INDEX"] = "\(key.position)"
      variables["LAUNCHER_ARRAY_JOB_ID"] = "\(key.submission)"
    }
    return variables
  }
}
