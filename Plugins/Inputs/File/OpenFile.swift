internal import Glibc

/// A file that is open to be read; closed when nobody uses it any more.
final class OpenFile {
  let descriptor: Int32

  /// - Throws: the system's error.
  init(_ path: String) throws(Failure) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw Failure(code: errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Why a file cannot be opened.
  struct Failure: Error {
    let code: Int32
  }
}
