import LauncherProtocol

/// An answer that names jobs by ids, which go into the store, into native commands and into messages.
protocol NamesJobs {
  /// The ids in it.
  var jobIDs: [String] { get }
}

extension SubmitAnswer: NamesJobs {
  var jobIDs: [String] { [job?.id].compactMap { $0 } }
}

extension FindAnswer: NamesJobs {
  var jobIDs: [String] { jobs.map(\.id) }
}

extension NamesJobs {
  /// Refuses an answer that names a job by something that is not an id.
  ///
  /// - Throws: `LauncherError`: `uncertainSubmission` for a submission, which may have created a job nevertheless.
  func checkIDs(in operation: Operation, of adapter: String) throws {
    guard let id = jobIDs.first(where: { !JobIDText.isWellFormed($0) }) else { return }
    throw LauncherError(
      operation == .submit ? .uncertainSubmission : .unreadableOutput,
      "the \(adapter) adapter named a job by what is not an id: \(JobIDText.complaint(about: id))",
      advice: "That is a fault of the adapter: ‘launcher adapters check’ and ‘launcher conformance’ look at it."
    )
  }
}
