import AdapterKit
import FoundationEssentials

/// The exit records of some jobs, and which of them is a job's own: clusters and schedulers may share a home folder,
/// and assign the same numbers.
struct JobRecords: Sendable {
  /// The folder of records if a cluster's name is not known, or is not usable as a folder's name; earlier releases used
  /// it for all clusters.
  static let commonFolder = "lsf"

  private var byID: [LSFID: [ExitRecord]] = [:]
  private let cluster: String?

  init(cluster: String?) { self.cluster = cluster }

  /// The name of a cluster's folder. It becomes part of a shell line.
  static func folder(of cluster: String?) -> String {
    guard let cluster, let first = cluster.utf8.first, first != 0x2E, first != 0x2D, cluster.utf8.count <= 64 else {
      return commonFolder
    }
    return cluster.utf8.allSatisfy { BsubCommand.isArrayLetter($0) } ? cluster : commonFolder
  }

  mutating func add(_ records: [ExitRecord]) {
    for record in records { if let id = LSFID(record: record.id) { byID[id, default: []].append(record) } }
  }

  /// The ids that have records, of any job.
  var ids: Dictionary<LSFID, [ExitRecord]>.Keys { byID.keys }

  /// What is known about a job that a record may belong to.
  struct Owner {
    /// The reference that was asked for.
    var reference: JobReference?
    /// The token in the job's script, as LSF shows it.
    var token: String?
    var name: String?
    var submittedAt: Date?
  }

  /// The record that a job wrote; `nil` if none is proven to be its own.
  ///
  /// In the cluster's own folder, the number is sufficient proof unless the token differs. In the common folder, and if
  /// the cluster is not known, the token or else the name has to match, as far as either is known.
  func record(of id: LSFID, _ owner: Owner) -> ExitRecord? {
    (byID[id] ?? []).last { record in
      var reference = owner.reference ?? JobReference(id: id.text)
      reference.token = reference.token ?? owner.token
      let isCommon = record.server == Self.commonFolder
      if let cluster = cluster ?? reference.server {
        guard isCommon || record.server == Self.folder(of: cluster) else { return false }
      } else {
        guard isCommon || reference.token != nil else { return false }
      }
      // The folder's name was compared.
      reference.server = nil
      guard record.belongs(to: reference, within: AskedJob.clockTolerance) else { return false }
      if isCommon, Self.folder(of: cluster) != Self.commonFolder, reference.token == nil, let name = owner.name,
        let written = record.name
      {
        guard written == name else { return false }
      }
      return record.isNotBefore(reference.submittedAt ?? owner.submittedAt, within: AskedJob.clockTolerance)
    }
  }
}
