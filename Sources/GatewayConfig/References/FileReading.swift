internal import Glibc
internal import PluginKit

/// Reads whole files, and says in the system's words why it cannot.
enum FileReading {
  struct Contents {
    let bytes: [UInt8]
    /// True where every user of the machine may read the file.
    let isReadableByOthers: Bool
    /// The permissions, as `chmod` writes them: `0644`.
    let mode: String
  }

  /// Why a file could not be read: the end of a sentence that names it.
  struct Failure: Error {
    let reason: String
  }

  static func read(_ path: String, limit: Int) throws(Failure) -> Contents {
    guard !isNamedPipe(path) else {
      throw Failure(reason: "it is a named pipe, which may never have a writer; name a file, or hand over '<(command)'")
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(reason: lastError) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Failure(reason: lastError) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw Failure(reason: "it is a folder") }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(max(0, min(limit, Int(status.st_size))) + 1)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Failure(reason: lastError) }
      guard count > 0 else { break }
      guard bytes.count + count <= limit else {
        throw Failure(reason: "it is larger than \(ByteCount(bytes: limit).settingText)")
      }
      bytes += buffer[..<count]
    }
    let mode = status.st_mode & 0o7777
    return Contents(
      bytes: bytes, isReadableByOthers: mode & S_IROTH != 0 && status.st_mode & S_IFMT == S_IFREG,
      mode: "0" + String(mode, radix: 8))
  }

  /// Opening a named pipe waits until somebody writes to it, which may be for ever, and a reload would wait each time. The
  /// pipes of `<(command)` and of standard input (`/dev/fd/63`, `/dev/stdin`) have a writer, or have ended: they are links
  /// below `/proc` that lead to no path, which is how they are told from those with a name.
  private static func isNamedPipe(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO, let real = realpath(path, nil) else {
      return false
    }
    free(real)
    return true
  }

  private static var lastError: String { String(cString: strerror(errno)) }
}
