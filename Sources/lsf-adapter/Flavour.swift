import AdapterKit

/// Which of LSF's relatives answers, and what it can do.
struct LSFServer: Hashable, Sendable {
  /// The relatives.
  enum Flavour: String, Hashable, Sendable {
    /// IBM Spectrum LSF, IBM Platform LSF, Platform LSF.
    case ibm = "IBM LSF"
    /// A fork of OpenLava, with `bjobs -o` and its JSON.
    case volclava
    /// A fork of Platform Lava.
    case openLava = "OpenLava"
  }

  /// The relative; `nil` if it could not be determined.
  var flavour: Flavour?
  /// Its version.
  var version: String?
  /// The cluster's name.
  var cluster: String?
  /// The host of its master daemon; `nil` while that does not respond.
  var master: String?

  /// Nothing is known.
  init() {}

  /// Parses the output of `lsid`: `IBM Spectrum LSF Standard 10.1.0.14, Dec 18 2023` (IBM's documentation), `volclava
  /// project 2.2, Nov 21 2026` (recorded: detect), `My cluster name is C`, `My master name is H`.
  init(lsid output: String) {
    for line in output.split(separator: "\n") {
      let words = line.split(separator: " ")
      if line.hasPrefix("My cluster name is ") {
        cluster = words.last.map(String.init)
      } else if line.hasPrefix("My master name is ") {
        master = words.last.map(String.init)
      } else if flavour == nil, let flavour = Self.flavour(of: line) {
        self.flavour = flavour
        version = words.first { $0.first?.isNumber == true }.map { String($0.prefix { $0 != "," }) }
      }
    }
  }

  private static func flavour(of line: Substring) -> Flavour? {
    let lower = line.lowercased()
    if lower.hasPrefix("volclava") { return .volclava }
    if lower.hasPrefix("openlava") { return .openLava }
    for name in ["ibm spectrum lsf", "ibm platform lsf", "platform lsf"] where lower.hasPrefix(name) { return .ibm }
    return nil
  }

  /// Why a job cannot be asked for here: its number belongs to another job in this cluster. `nil` if nothing shows
  /// that.
  func objection(to job: JobReference) -> String? {
    guard let cluster, let own = job.server, own != cluster else { return nil }
    return "job \(job.id) belongs to cluster \(own), and LSF's commands reach cluster \(cluster) here"
  }

  /// The forms of `bjobs`' answer to try, the most informative one first.
  var forms: [JobListing] {
    switch flavour {
    case .ibm: [.extendedJSON, .basicJSON, .unfolded, .long, .leastJSON]
    case .openLava: [.unfolded, .long]
    case .volclava, nil: [.basicJSON, .unfolded, .long, .leastJSON]
    }
  }
}

/// What this process has found out about the server, once.
actor ServerMemory {
  private var server: LSFServer?
  private var refused: Set<JobListing> = []
  private var hasJobStepManager: Bool?
  private var steering: [String]?

  /// The server. It is asked again the next time unless its answer was complete.
  func server(on host: some CommandHost) async -> LSFServer {
    if let server { return server }
    do {
      let answer = try await LSF(host: host).run(["lsid"], timeLimit: LSFPatience.identity)
      let found = LSFServer(lsid: answer.output(limit: 65_536))
      if answer.succeeded, found.flavour != nil, found.cluster != nil, found.master != nil { server = found }
      return found
    } catch {
      // A recording that lacks it will lack it the next time too.
      if (error as? LauncherError)?.code == .notRecorded { server = LSFServer() }
      return LSFServer()
    }
  }

  /// The forms of a listing that the server has not refused.
  func forms(on host: some CommandHost) async -> [JobListing] {
    await server(on: host).forms.filter { !refused.contains($0) }
  }

  /// The server does not know this form.
  func refuse(_ form: JobListing) { refused.insert(form) }

  /// Which of the variables that influence `bsub` are set where commands run.
  func steeringVariables(on host: some CommandHost) async -> [String] {
    if let steering { return steering }
    guard let answer = try? await host.answer(to: SetVariables.command(LSFEnvironment.steering)), answer.succeeded
    else { return [] }
    let names = SetVariables.names(in: answer.output(limit: 65_536), among: LSFEnvironment.steering)
    steering = names
    return names
  }

  /// Whether jobs are started on compute nodes by `jsrun`, as on Summit: its command, or IBM's Cluster System
  /// Management, whose programs are in /opt/ibm/csm. `nil` without an answer.
  func hasJobStepManager(on host: some CommandHost) async -> Bool? {
    guard let flavour = await server(on: host).flavour else { return nil }
    guard flavour == .ibm else { return false }
    if let hasJobStepManager { return hasJobStepManager }
    let script = "if command -v jsrun >/dev/null 2>&1 || [ -d /opt/ibm/csm ]; then echo jsrun; else echo none; fi"
    let answer = await LSF(host: host).answerIfAny(to: ["sh", "-c", script])
    // A word is printed because a shell that fails has an exit code too.
    switch answer?.output(limit: 64).trimmingBlanks.split(separator: "\n").last {
    case "jsrun"?: hasJobStepManager = true
    case "none"?: hasJobStepManager = false
    default: break
    }
    return hasJobStepManager
  }
}
