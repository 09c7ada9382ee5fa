/// The scheduler that jobs belong to, as the store tells one from another.
struct StoreScope: Hashable, Sendable {
  /// The adapter's name.
  let adapter: String
  /// Where its native commands run: empty for this machine.
  let endpoint: String
  /// Where its native commands run, as people name it; `nil` for this machine.
  var host: String? { endpoint.isEmpty ? nil : endpoint }
}
