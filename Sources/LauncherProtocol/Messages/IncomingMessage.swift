/// A line from the other side: its kind is read at once, its contents once their type is known.
public struct IncomingMessage: Sendable {
  /// What kind of message it is.
  public let header: JSONRPC.Header
  private let text: JSONText

  init(line: [UInt8]) throws {
    guard Self.isUTF8(line) else {
      throw LauncherError(.badRequest, "a line is not UTF-8 text: \(Self.excerptAtFault(of: line))")
    }
    do {
      text = try JSONText(line)
      header = try text.decode(JSONRPC.Header.self)
    } catch {
      throw LauncherError(.badRequest, "a line is not a JSON-RPC message: \(Self.excerpt(of: line))")
    }
    guard header.jsonrpc == "2.0" else {
      throw LauncherError(.badRequest, "a line says jsonrpc ‘\(header.jsonrpc)’; it has to be ‘2.0’")
    }
  }

  /// The parameters of a request or notification.
  ///
  /// - Throws: `LauncherError` that names what is missing or wrong.
  public func parameters<Value: Decodable>(as type: Value.Type) throws -> Value {
    do {
      return try text.decode(JSONRPC.Parameters<Value>.self).params
    } catch let error as UnknownFieldError {
      throw LauncherError(.unsupportedField, error.description)
    } catch let error as DecodingError {
      throw LauncherError(.badRequest, "the parameters of \(header.method ?? "?") cannot be read: \(error.sentence)")
    }
  }

  func result<Value: Decodable>(as type: Value.Type) throws -> Value {
    do {
      return try text.decode(JSONRPC.Result<Value>.self).result
    } catch let error as DecodingError {
      throw LauncherError(.unreadableOutput, "an answer cannot be read: \(error.sentence)")
    }
  }

  func checkUnderstood(by handler: any PeerHandler, method: String) throws {
    let names = (try? text.decode(JSONRPC.MustUnderstand.self))?.params?.mustUnderstand ?? []
    for name in names where !handler.understands(parameter: name, of: method) {
      throw LauncherError(.mustUnderstand, "\(method) insists on ‘\(name)’, which this side does not know")
    }
  }

  private static func isUTF8(_ line: [UInt8]) -> Bool {
    line.allSatisfy { $0 < 0x80 } || String(validating: line, as: UTF8.self) != nil
  }

  /// The text around the first byte that is not UTF-8.
  private static func excerptAtFault(of line: [UInt8]) -> String {
    let scalars = String(decoding: line, as: UTF8.self).unicodeScalars
    let fault = scalars.firstIndex(of: "\u{FFFD}") ?? scalars.startIndex
    let start = scalars.index(fault, offsetBy: -60, limitedBy: scalars.startIndex) ?? scalars.startIndex
    let piece = String(String.UnicodeScalarView(scalars[start...].prefix(120)))
    return "… \(piece.debugDescription) … (\(line.count) bytes)"
  }

  static func excerpt(of line: [UInt8]) -> String {
    let text = String(decoding: line.prefix(120), as: UTF8.self)
    return text.debugDescription + (line.count > 120 ? " … (\(line.count) bytes)" : "")
  }
}
