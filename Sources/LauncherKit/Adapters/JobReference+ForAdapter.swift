import LauncherProtocol

extension JobReference {
  /// The reference as an adapter gets it: where its commands run concerns only the client.
  var forAdapter: JobReference {
    var reference = self
    reference.host = nil
    return reference
  }
}
