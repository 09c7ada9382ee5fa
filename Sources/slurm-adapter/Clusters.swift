import AdapterKit

/// Jobs of several clusters, distinguished by the server in their references.
enum Clusters {
  /// The jobs of each cluster, and how to ask that cluster.
  ///
  /// `--clusters` needs the accounting database, so the local cluster is not asked by name: when a job names a server,
  /// `scontrol show config` shows the name of the local one.
  static func sorted<Host: CommandHost>(
    _ jobs: [JobReference],
    on host: Host
  ) async throws -> [(Slurm<Host>, [JobReference])] {
    // Nothing is asked about a text that is not an id of Slurm's.
    let servers = Set(jobs.filter { SlurmID($0.id) != nil }.compactMap(\.server))
    guard !servers.isEmpty else { return jobs.isEmpty ? [] : [(Slurm(host: host), jobs)] }
    let answer = try await Slurm(host: host).run(["scontrol", "show", "config"])
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the cluster's name") }
    let local = SlurmSettings(answer.output())["ClusterName"]
    var groups: [String?: [JobReference]] = [:]
    for job in jobs {
      let cluster = job.server.flatMap { $0 == local ? nil : $0 }
      groups[cluster, default: []].append(job)
    }
    return groups.sorted { ($0.key ?? "") < ($1.key ?? "") }.map { (Slurm(host: host, cluster: $0.key), $0.value) }
  }
}
