import Glibc
import StateStorage

/// Writes a whole file under a temporary name, flushes it to the disk, and moves it into place.
func writeFile(_ bytes: [UInt8], to path: String, mode: mode_t) throws {
  let aside = path + ".new"
  let descriptor = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
  guard descriptor >= 0 else { throw PrivateFolder.error(errno, "\(path) cannot be written") }
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else {
      let error = PrivateFolder.error(errno, "\(path) cannot be written")
      close(descriptor)
      unlink(aside)
      throw error
    }
    rest = rest.dropFirst(count)
  }
  fchmod(descriptor, mode)
  fdatasync(descriptor)
  close(descriptor)
  guard rename(aside, path) == 0 else { throw PrivateFolder.error(errno, "\(path) cannot be written") }
}
