/// The scheduler that jobs belong to, as the store distinguishes schedulers.
struct StoreScope: Hashable, Sendable {
  /// The adapter's name.
  let adapter: String
  /// Where its native commands run: empty for this machine.
  let endpoint: String
  /// Where its native commands run, as the user names it; `nil` for this machine.
  var host: String? { endpoint.isEmpty ? nil : endpoint }
}
