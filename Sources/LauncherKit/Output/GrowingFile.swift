/// A file of a job's output, read from a place onwards. A file that does not exist yet has no content so far.
protocol GrowingFile {
  /// How long to wait before the next read when there was nothing new: at first, and after many such reads.
  var pace: (least: Duration, greatest: Duration) { get }

  /// What has been added since the last read, as far as one read returns it; empty when there is nothing new.
  ///
  /// - Throws: `OutputError` for a file that cannot be read; `LauncherError` when its machine cannot be reached. The next
  ///   read begins where this one did.
  mutating func next() async throws -> (offset: Int64, bytes: [UInt8])
}
