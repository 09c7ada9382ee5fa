import Foundation

/// A job's status as `launcher status --json` shows it, by the documented keys.
struct Seen: Decodable, Sendable {
  let id: String
  var index: Int?
  var adapter, server, name, user, queue: String?
  let state: String
  var outcome, cause, cancelledBy, blame: String?
  var retry: Bool?
  var exitCode: Int?
  var signal: String?
  var reason, reasonCode: String?
  var canEverRun: Bool?
  var attempt: Int?
  var nodes: [String]?
  var submittedAt, startedAt, endedAt, observedAt: String?
  var directory, stdout, stderr, source: String?
  var native: Native?
  var taskCounts: [String: Int]?
  var tasks: [Seen]?

  struct Native: Decodable, Sendable {
    var state, reason: String?
  }

  var isFinished: Bool { state == "finished" }
}

/// JSON as the programs print it.
func decoded<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
  try JSONDecoder().decode(type, from: Data(text.utf8))
}
