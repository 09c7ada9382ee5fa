import Glibc

/// The text that a system call left in a buffer, up to its end mark.
func text(_ buffer: [CChar]) -> String {
  String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// What an errno value means, in words.
func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }
