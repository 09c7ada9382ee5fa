import FoundationEssentials

extension KeyedDecodingContainer {
  /// An RFC 3339 instant; any other text is an error that names the key.
  public func decodeInstantIfPresent(forKey key: Key) throws -> Date? {
    guard let text = try decodeIfPresent(String.self, forKey: key) else { return nil }
    guard let date = RFC3339.date(from: text) else {
      throw DecodingError.dataCorruptedError(
        forKey: key,
        in: self,
        debugDescription: "‘\(text)’ is not an RFC 3339 time such as 2026-11-21T08:00:00Z"
      )
    }
    return date
  }
}

extension KeyedEncodingContainer {
  /// Writes an instant as RFC 3339 in UTC; nothing for `nil`.
  public mutating func encodeInstantIfPresent(_ date: Date?, forKey key: Key) throws {
    try encodeIfPresent(date.map(RFC3339.string(from:)), forKey: key)
  }
}
