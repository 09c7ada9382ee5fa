import FoundationEssentials
import Glibc

/// A line from the other side: its kind is read at once, its contents when it is known what they should be.
public struct IncomingMessage: Sendable {
  /// What kind of message it is.
  public let header: JSONRPC.Header
  private let bytes: Data

  init(line: [UInt8]) throws {
    bytes = Data(line)
    do {
      header = try JSONDecoder().decode(JSONRPC.Header.self, from: bytes)
    } catch {
      throw AdapterError(.badRequest, "a line is not a JSON-RPC message: \(Self.excerpt(of: line))")
    }
    guard header.jsonrpc == "2.0" else {
      throw AdapterError(.badRequest, "a line says jsonrpc ‘\(header.jsonrpc)’; it has to be ‘2.0’")
    }
  }

  /// The parameters of a request or notification.
  ///
  /// - Throws: `AdapterError` that names what is missing or wrong.
  public func parameters<Value: Decodable>(as type: Value.Type) throws -> Value {
    do {
      return try JSONDecoder().decode(JSONRPC.Parameters<Value>.self, from: bytes).params
    } catch let error as UnknownFieldError {
      throw AdapterError(.unsupportedField, error.description)
    } catch let error as DecodingError {
      throw AdapterError(.badRequest, "the parameters of \(header.method ?? "?") cannot be read: \(error.sentence)")
    }
  }

  func result<Value: Decodable>(as type: Value.Type) throws -> Value {
    do {
      return try JSONDecoder().decode(JSONRPC.Result<Value>.self, from: bytes).result
    } catch let error as DecodingError {
      throw AdapterError(.unreadableOutput, "an answer cannot be read: \(error.sentence)")
    }
  }

  func checkUnderstood(by handler: any PeerHandler, method: String) throws {
    // Read once more only where it may be there: a name may be written in escapes too.
    guard has("mustUnderstand") || has("\\u") else { return }
    let names = (try? JSONDecoder().decode(JSONRPC.MustUnderstand.self, from: bytes))?.params?.mustUnderstand ?? []
    for name in names where !handler.understands(parameter: name, of: method) {
      throw AdapterError(.mustUnderstand, "\(method) insists on ‘\(name)’, which this side does not know")
    }
  }

  /// Whether a word stands anywhere in the line. Asked of every request: `Data`'s own search took longer than all else.
  private func has(_ word: StaticString) -> Bool {
    bytes.withUnsafeBytes { line in
      var rest = line[...]
      while let base = UnsafeRawBufferPointer(rebasing: rest).baseAddress,
        let found = memchr(base, Int32(word.utf8Start.pointee), rest.count)
      {
        rest = rest.dropFirst(UnsafeRawPointer(found) - base)
        guard rest.count >= word.utf8CodeUnitCount else { return false }
        if memcmp(found, word.utf8Start, word.utf8CodeUnitCount) == 0 { return true }
        rest = rest.dropFirst()
      }
      return false
    }
  }

  static func excerpt(of line: [UInt8]) -> String {
    let text = String(decoding: line.prefix(120), as: UTF8.self)
    return text.debugDescription + (line.count > 120 ? " … (\(line.count) bytes)" : "")
  }
}
