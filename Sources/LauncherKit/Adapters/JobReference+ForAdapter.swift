import LauncherProtocol

extension JobReference {
  /// The reference as an adapter gets it: where its commands run is the client's matter.
  var forAdapter: JobReference {
    var reference = self
    reference.host = nil
    return reference
  }
}
