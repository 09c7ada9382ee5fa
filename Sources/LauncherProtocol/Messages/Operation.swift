/// The methods that a host calls on an adapter, beyond `initialize`.
public enum Operation: String, Hashable, Sendable, Codable, CaseIterable {
  case detect, submit, poll, find, cancel, hold, release, suspend, resume, queues, nodes
}
