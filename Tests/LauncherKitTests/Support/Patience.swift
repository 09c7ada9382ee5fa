extension Duration {
  /// How long a test waits for something that has to happen. A loaded machine takes many times as long as a quiet one,
  /// so this is far more than is ever needed: only what never happens takes as long.
  static let patience = Duration.seconds(300)
}
