extension Duration {
  /// How long a test waits for what has to come. A loaded machine takes many times as long as a quiet one, and Slurm some
  /// minutes for some things on any: only what never comes takes as long as this.
  static let patience = Duration.seconds(900)
}
