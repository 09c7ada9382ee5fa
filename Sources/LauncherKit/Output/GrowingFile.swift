/// A file of a job's output, read from a place onwards. One that is not there yet has nothing so far.
protocol GrowingFile {
  /// How long to wait before the next read where there was nothing new: at first, and after many times.
  var pace: (least: Duration, greatest: Duration) { get }

  /// What has come since the last read, as far as one read brings it; empty when there is nothing new.
  ///
  /// - Throws: `OutputError` for a file that cannot be read; `LauncherError` when its machine cannot be reached. The next
  ///   read begins where this one did.
  mutating func next() async throws -> (offset: Int64, bytes: [UInt8])
}
