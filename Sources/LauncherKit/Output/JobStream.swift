/// One of the two streams that a job writes.
public enum JobStream: String, Hashable, Sendable, CaseIterable {
  /// What it writes to standard output; the messages too if the scheduler puts both into one file.
  case standardOutput = "stdout"
  /// What it writes to standard error, if that has a file of its own.
  case standardError = "stderr"
}
