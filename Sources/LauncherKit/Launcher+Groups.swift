import FoundationEssentials
import LauncherProtocol

/// Which job is meant if several schedulers are in use: native ids are small numbers that each of them assigns.
extension Launcher {
  /// Connects to the schedulers that know some jobs.
  ///
  /// A job that was submitted or seen from here is looked up there, whichever adapter and machine that is; other ids
  /// belong to the scheduler that `detect` connects to. An adapter or a machine that the options name comes first; what
  /// the environment names (`LAUNCHER_ADAPTER`, `LAUNCHER_HOST`) decides between several.
  ///
  /// A scheduler that cannot be connected to affects only its own jobs: their group has the error.
  ///
  /// - Parameter ids: native ids; equal ones count once.
  /// - Throws: `LauncherError`: `malformedID` when a job of that id is known to several schedulers and none is named;
  ///   what `detect` throws if ids cannot be looked up.
  public static func groups(of ids: [String], _ options: Options = Options()) async throws -> [JobGroup] {
    try await groups(of: ids.map { JobReference(id: $0) }, options)
  }

  /// Connects to the schedulers that know some jobs: those that their references name, by adapter and host; a reference
  /// that names no adapter is looked up by its id.
  ///
  /// - Throws: as for ids.
  public static func groups(of jobs: [JobReference], _ options: Options = Options()) async throws -> [JobGroup] {
    try await withTaskExecutorPreference(StoreExecutor.shared) { try await connectedGroups(of: jobs, options) }
  }

  private static func connectedGroups(of jobs: [JobReference], _ options: Options) async throws -> [JobGroup] {
    var seen = Set<JobReference>()
    let jobs = jobs.filter { seen.insert($0).inserted }
    let store = options.tracksHere ? options.openStore() : nil
    let options = options.sharing(store)
    var known: [StoreScope: [JobReference]] = [:]
    var order: [StoreScope] = []
    var rest: [JobReference] = []
    for job in jobs {
      let home =
        if let scope = options.scope(of: job) {
          (scope: scope, job: job)
        } else {
          try store.flatMap { try options.home(of: job, in: $0) }
        }
      guard let home else {
        rest.append(job)
        continue
      }
      if known[home.scope] == nil { order.append(home.scope) }
      known[home.scope, default: []].append(home.job)
    }
    var groups: [JobGroup] = []
    for scope in order {
      groups.append(
        JobGroup(
          connection: await connection { try options.at(scope) },
          jobs: known[scope] ?? [],
          lastKnown: store.map { LastKnown(store: $0, scope: scope) }
        )
      )
    }
    guard !rest.isEmpty else { return groups }
    // Without a store there is nothing to show in place of a scheduler.
    guard store != nil || !groups.isEmpty else { return [JobGroup(launcher: try await detect(options), jobs: rest)] }
    let connection = await connection { options }
    // Jobs of one scheduler are asked for together.
    if case .success(let launcher) = connection,
      let place = groups.firstIndex(where: { $0.lastKnown?.scope == launcher.scope })
    {
      groups[place].jobs += rest
    } else {
      groups.append(JobGroup(connection: connection, jobs: rest, lastKnown: nil))
    }
    return groups
  }

  private static func connection(_ options: () throws -> Options) async -> Result<Launcher, LauncherError> {
    do {
      return .success(try await detect(options()))
    } catch {
      return .failure(LauncherError(wrapping: error, during: "connecting"))
    }
  }

  var scope: StoreScope { submitter.search.scope }
}

extension Launcher.Options {
  /// Whether ids may be looked up in the job store: what is recorded or replayed must not depend on what happened before.
  fileprivate var tracksHere: Bool { host == nil && tracking != .none }

  /// These options for the scheduler of a scope.
  func at(_ scope: StoreScope) throws -> Launcher.Options {
    var options = self
    // A path is more than a name: it says where the program is.
    let isNamed = namedAdapter.map { AdapterSearch.name(of: $0) == scope.adapter } ?? false
    if !isNamed { options.adapter = scope.adapter }
    if !scope.endpoint.isEmpty {
      options.destination = try SSHDestination(scope.endpoint)
    } else if options.destination == nil {
      options.staysHere = true
    }
    return options
  }

  /// The scheduler that a reference names; `nil` if it names none. Without a host, it is on the machine that is named.
  fileprivate func scope(of job: JobReference) -> StoreScope? {
    job.adapter.map { StoreScope(adapter: $0, endpoint: job.host ?? destination.map { "\($0)" } ?? "") }
  }

  /// Where the job of an id is, as far as the store knows; `nil` for ids that it does not know.
  fileprivate func home(of job: JobReference, in store: JobStore) throws -> (scope: StoreScope, job: JobReference)? {
    let id = job.id
    var homes = try store.homes(of: id)
    if let adapter {
      let name = AdapterSearch.name(of: adapter)
      homes = homes.filter { $0.scope.adapter == name }
    }
    if let destination { homes = homes.filter { $0.scope.endpoint == "\(destination)" } }
    guard homes.count > 1 else { return homes.first }
    let preferred = homes.filter { home in
      let isNamed = Self.adapterOfSurroundings.map { AdapterSearch.name(of: $0) == home.scope.adapter } ?? true
      return isNamed && home.scope.endpoint == (Self.hostOfSurroundings ?? home.scope.endpoint)
    }
    if preferred.count == 1 { return preferred.first }
    let names = homes.map { home in
      "--adapter \(home.scope.adapter)" + (home.scope.endpoint.isEmpty ? "" : " --host \(home.scope.endpoint)")
    }
    throw LauncherError(
      .malformedID,
      "job \(id) is ambiguous: several schedulers have a job of yours with that id",
      advice: "Say which one is meant: \(names.joined(separator: ", or "))."
    )
  }

  private static var hostOfSurroundings: String? {
    guard let named = ProcessInfo.processInfo.environment["LAUNCHER_HOST"], !named.isEmpty else { return nil }
    return (try? SSHDestination(named)).map { "\($0)" }
  }
}
