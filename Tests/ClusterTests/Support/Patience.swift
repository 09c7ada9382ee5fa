extension Duration {
  /// How long a test waits for something that has to happen. A loaded machine takes many times as long as a quiet one,
  /// and Slurm takes several minutes for some things on any machine: only what never happens takes as long as this.
  static let patience = Duration.seconds(900)
}
