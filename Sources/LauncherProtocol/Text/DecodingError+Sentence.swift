extension DecodingError {
  /// The error as a sentence that names the place by its path.
  public var sentence: String {
    let (context, what): (Context, String) =
      switch self {
      case .keyNotFound(let key, let context):
        (
          context,
          context.debugDescription.hasPrefix("No value") ? "‘\(key.stringValue)’ is missing" : context.debugDescription
        )
      case .typeMismatch(let type, let context): (context, "\(Self.word(for: type)) is expected")
      case .valueNotFound(let type, let context): (context, "\(Self.word(for: type)) is expected, not nothing")
      case .dataCorrupted(let context): (context, context.debugDescription)
      @unknown default: (Context(codingPath: [], debugDescription: ""), "\(self)")
      }
    let path = context.codingPath.filter { $0.stringValue != "params" && $0.stringValue != "result" }
    let place = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    return place.isEmpty ? what : "\(place): \(what)"
  }

  private static func word(for type: Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    case is Int.Type, is Int64.Type, is Int32.Type: "a whole number"
    case is Double.Type: "a number"
    case is any Collection.Type: "a list"
    default: "something else"
    }
  }
}
