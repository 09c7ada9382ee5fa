import Glibc

/// Reads the bytes of a small file; `nil` when it cannot be read.
package func smallFile(_ path: String, limit: Int = 1 << 20) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while bytes.count < limit {
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { return nil }
    if count == 0 { break }
    bytes.append(contentsOf: buffer[..<count])
  }
  return bytes
}
