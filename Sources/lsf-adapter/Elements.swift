import AdapterKit

/// The status of an array, from those of its elements.
enum Elements {
  /// Above this number of elements, a status counts them instead of naming them: it has to fit into one message.
  static let greatestNamed = 10_000

  /// - Parameters:
  ///   - elements: what is known, by index.
  ///   - submitted: the indices the array was submitted with, if they are known and all sources were read.
  ///   - saysReasons: whether this LSF reports why jobs ended.
  static func status(
    id: String,
    _ elements: [Int: JobStatus],
    submitted: ArrayIndices? = nil,
    saysReasons: Bool
  ) -> JobStatus {
    var sorted = elements.sorted { $0.key < $1.key }.map(\.value)
    if !saysReasons { doubt(&sorted) }
    var status = JobStatus(arrayID: id, tasks: sorted, submitted: submitted) { "\(id)[\($0)]" }
    if status.tasks.map({ $0.count > greatestNamed }) == true { status.tasks = nil }
    return status
  }

  /// Elements that one of `bkill`'s signals ended are not called failed unless it is certain that no `bkill` sent it.
  ///
  /// For an element that was removed alone, volclava's `bhist` reports who asked for it; for an array that was removed
  /// as a whole, it does not (seen: livebatch/01). Elements that had not started and ended at the same time were
  /// removed, and so were the others then: `bkill` sends SIGINT, and SIGTERM and SIGKILL some seconds later.
  static func doubt(_ elements: inout [JobStatus]) {
    let removals = elements.compactMap { element -> Double? in
      guard case .finished(.cancelled) = element.state, element.startedAt == nil else { return nil }
      return element.endedAt?.timeIntervalSince1970
    }
    for place in elements.indices where elements[place].isEndedByUnknownHand {
      let ended = elements[place].endedAt?.timeIntervalSince1970
      if let ended, removals.contains(where: { ended >= $0 - 2 && ended <= $0 + 60 }) {
        elements[place].state = .finished(.cancelled(by: .unknown))
        elements[place].reason = JobReason(nil, "it was ended when elements that waited were removed")
      } else {
        elements[place].state = .finished(.unknown)
        elements[place].reason = JobReason(
          nil,
          "a signal ended it that bkill sends, and LSF does not say whether the array was removed"
        )
      }
    }
  }
}

extension JobStatus {
  /// Whether a signal that `bkill` sends ended it, and nothing shows who sent it.
  fileprivate var isEndedByUnknownHand: Bool {
    guard state == .finished(.failed), reason == nil, let exitStatus else { return false }
    switch exitStatus {
    case .signal(let signal, _): return [.interrupt, .terminate, .kill].contains(signal)
    case .code(let code): return [128 + 2, 128 + 15, 128 + 9].contains(code)
    }
  }
}
