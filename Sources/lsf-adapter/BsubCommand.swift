import AdapterKit
import FoundationEssentials

/// The properties of a site that a submission depends on.
struct LSFSite: Sendable {
  /// IBM LSF, which has options that its relatives lack.
  var isIBM = false
  /// Jobs are started on whole nodes by `jsrun`, as on Summit.
  var hasJobStepManager = false
  /// The cluster's name, which is also the name of its folder of exit records; `nil` if it is not known.
  var cluster: String?
  /// Instants as `bsub -b` and `-t` require them, in the host's own zone.
  var clockTimes: [Date: String] = [:]
}

/// A specification in the form for `bsub`: options, and the script for its standard input.
///
/// Everything travels as a separate option; no `#BSUB` line is ever made from a user's text, and none of the user's
/// reaches `bsub`, which would take it as an option wherever it is in the script.
struct BsubCommand: Sendable {
  /// The options, without `bsub` itself.
  private(set) var options: [String] = []
  private(set) var script = ""
  /// How the specification changed on the way: a rounded walltime.
  private(set) var remarks: [String] = []
  /// The indices of the array that the job becomes, by whichever option; `nil` if it is not an array.
  let array: ArrayIndices?
  private let site: LSFSite

  /// Turns a specification into a submission.
  ///
  /// - Throws: `LauncherError` that names the field that LSF cannot honour as written; nothing was submitted then.
  init(_ spec: JobSpec, token: String, site: LSFSite = LSFSite()) throws {
    self.site = site
    var directives: [String] = []
    if case .script(let text) = spec.work { directives = try Directives.options(in: text) }
    let native = try Directives.checked(spec.native["lsf"] ?? [], field: "native.lsf")
    var spec = spec
    try spec.adoptArray(native: native, directives: directives)
    array = spec.array
    try addName(spec, directives: directives)
    try addPlace(spec)
    let resources = try Resources(spec, site: site)
    options += resources.options
    remarks += resources.remarks
    try addTiming(spec)
    let files = try OutputFiles(spec, nativeOptions: directives + native)
    options += files.options
    options += native
    script = try JobScriptText.make(spec, token: token, files: files, resources: resources, site: site)
  }

  /// The command. If `bsub` reads no standard input, as on Summit, a shell first writes the script to a file; since a
  /// job may be started again, the file stays for 90 days.
  func command(token: String) -> [String] {
    guard site.hasJobStepManager else { return ["bsub"] + options }
    let script = """
      folder=${HOME:-.}/\(Self.folder); umask 077; mkdir -p "$folder" || exit \(Self.unstored)
      find "$folder" -maxdepth 1 -type f -mtime +90 -exec rm -f {} + 2>/dev/null
      file=$folder/$1; shift; cat >"$file" && chmod 700 "$file" || exit \(Self.unstored)
      exec bsub "$@" "$file"
      """
    return ["sh", "-c", script, "sh", token] + options
  }

  /// The folder of these scripts, in the home folder.
  static let folder = ".local/state/launcher/script"

  /// The exit code of that shell when it could not store the script: bsub was not run.
  static let unstored: Int32 = 74

  // MARK: Options

  private mutating func add(_ option: String, _ value: String?) {
    if let value { options += [option, value] }
  }

  private mutating func addName(_ spec: JobSpec, directives: [String]) throws {
    let told = Directives.value(of: "-J", in: directives)
    let name = spec.name ?? told ?? Self.name(of: spec)
    if spec.name == nil, spec.array == nil {
      add("-J", Self.name(of: spec))
      options += directives
      return
    }
    options += directives
    guard let array = spec.array else {
      guard !name.contains(where: { "[]".contains($0) }) else {
        throw LauncherError.invalid("name", "‘\(name)’ holds a bracket, which means an array to bsub")
      }
      add("-J", name)
      return
    }
    let plain = String(name.prefix { $0 != "[" })
    // IBM's page “Job arrays”: the name of an array, which may have 255 characters including its indices.
    guard !plain.isEmpty, plain.utf8.allSatisfy({ Self.isArrayLetter($0) }) else {
      throw LauncherError.invalid("name", "an array's name may hold letters, digits and ._- only, not ‘\(plain)’")
    }
    guard array.ranges.allSatisfy({ $0.first > 0 }) else {
      throw LauncherError.invalid("array", "LSF counts from 1: 0 is not an index")
    }
    let list = array.description.split(separator: "%", maxSplits: 1)
    let text = "\(plain)[\(list[0])]" + (array.concurrencyLimit.map { "%\($0)" } ?? "")
    guard text.utf8.count <= 255 else { throw LauncherError.invalid("array", "with its name it may have 255 letters") }
    add("-J", text)
  }

  static func isArrayLetter(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || [0x2E, 0x2D, 0x5F].contains(byte)
  }

  private mutating func addPlace(_ spec: JobSpec) throws {
    add("-q", spec.queue)
    add("-P", spec.account)
    if let qos = spec.qos {
      try needsIBM("qos", "service classes")
      add("-sla", qos)
    }
    if let reservation = spec.reservation {
      try needsIBM("reservation", "advance reservations")
      add("-U", reservation)
    }
    if !spec.hosts.isEmpty {
      for host in spec.hosts { try Self.checkHost("hosts", host) }
      guard spec.hosts.count == spec.nodes ?? 1 else {
        throw LauncherError.invalid("hosts", "LSF takes them for candidates: ask for as many nodes as there are hosts")
      }
      add("-m", spec.hosts.joined(separator: " "))
    }
    add("-w", try Self.condition(spec))
  }

  private static func condition(_ spec: JobSpec) throws -> String? {
    guard !spec.dependencies.isEmpty else { return nil }
    return try spec.dependencies.map { dependency in
      guard let id = LSFID(dependency.job) else {
        throw LauncherError.invalid("dependencies", "‘\(dependency.job)’ is not an id of LSF's: write 34 or 34[3]")
      }
      switch dependency.condition {
      case .after: return "started(\(id.text))"
      case .afterok: return "done(\(id.text))"
      case .afternotok: return "exit(\(id.text))"
      case .afterany: return "ended(\(id.text))"
      case .aftercorr:
        guard spec.array != nil, id.index == nil else {
          throw LauncherError.invalid("dependencies", "‘\(dependency)’ is between two arrays as a whole")
        }
        return "done(\(id.number)[*])"
      }
    }.joined(separator: " && ")
  }

  private mutating func addTiming(_ spec: JobSpec) throws {
    if let walltime = spec.walltime {
      let minutes = (walltime.seconds + 59) / 60
      if minutes * 60 != walltime.seconds {
        remarks.append("LSF counts walltimes in minutes: \(walltime) became \(Walltime(.seconds(minutes * 60)))")
      }
      add("-W", "\(minutes)")
    }
    for (field, option, moment) in [("begin", "-b", spec.begin), ("deadline", "-t", spec.deadline)] {
      guard let moment else { continue }
      guard let text = site.clockTimes[moment.date] else { continue }
      guard !text.isEmpty else {
        throw LauncherError.invalid(
          field,
          "the host did not report what time that is in its zone, in which bsub reads times"
        )
      }
      add(option, text)
    }
    if spec.hold == true { options.append("-H") }
    if let priority = spec.priority {
      guard priority > 0 else { throw LauncherError.invalid("priority", "LSF counts priorities from 1") }
      add("-sp", "\(priority)")
    }
    switch spec.requeue {
    case true?: options.append("-r")
    case false? where site.isIBM: options.append("-rn")
    case false?, nil: break
    }
    guard let mail = spec.mail, !mail.on.isEmpty else { return }
    if mail.on.contains(.fail), !mail.on.contains(.end) {
      throw LauncherError.invalid("mail.on", "LSF writes of every end, or of none: say ‘end’ beside ‘fail’")
    }
    if mail.on.contains(.begin) { options.append("-B") }
    if mail.on.contains(.end) { options.append("-N") }
    if !mail.to.isEmpty { add("-u", mail.to.joined(separator: " ")) }
  }

  /// The job's name: the requested one, or that of its program.
  static func name(of spec: JobSpec) -> String {
    if let name = spec.name { return name }
    guard case .command(let words) = spec.work, let program = words.first?.split(separator: "/").last else {
      return "script"
    }
    let harmless = program.utf8.filter { isArrayLetter($0) }
    return harmless.isEmpty ? "job" : String(decoding: harmless, as: UTF8.self)
  }

  private func needsIBM(_ field: String, _ what: String) throws {
    guard !site.isIBM else { return }
    throw LauncherError.unsupported(field, "this relative of LSF has no \(what)")
  }

  static func checkHost(_ field: String, _ host: String) throws {
    let isPlain = host.utf8.allSatisfy { isArrayLetter($0) }
    guard isPlain, !host.isEmpty else { throw LauncherError.invalid(field, "‘\(host)’ is not a host's name") }
  }
}
