import AdapterKit

/// An array as its elements make it.
enum Elements {
  /// Above so many elements a status counts them and does not name them: it has to fit into one message.
  static let greatestNamed = 10_000

  static func status(id: String, _ elements: [Int: JobStatus]) -> JobStatus {
    let sorted = elements.sorted { $0.key < $1.key }.map(\.value)
    var status = JobStatus(arrayID: id, tasks: sorted)
    if sorted.count > greatestNamed { status.tasks = nil }
    return status
  }
}
