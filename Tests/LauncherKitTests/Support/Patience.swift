extension Duration {
  /// How long a test waits for what has to come. A loaded machine takes many times as long as a quiet one, so this is
  /// far more than is ever needed: only what never comes takes as long.
  static let patience = Duration.seconds(300)
}
