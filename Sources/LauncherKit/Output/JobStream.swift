/// One of the two streams that a job writes.
public enum JobStream: String, Hashable, Sendable, CaseIterable {
  /// What it writes to standard output; the messages too where the scheduler puts both into one file.
  case standardOutput = "stdout"
  /// What it writes to standard error, where that has a file of its own.
  case standardError = "stderr"
}
