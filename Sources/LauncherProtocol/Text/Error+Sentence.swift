extension Error {
  /// What happened, without advice, for a line of a log.
  package var sentence: String { (self as? LauncherError)?.message ?? "\(self)" }

  /// All that is known of it, with the advice, for people on a command line.
  package var wholeText: String { (self as? LauncherError)?.descriptionWithAdvice ?? "\(self)" }
}
