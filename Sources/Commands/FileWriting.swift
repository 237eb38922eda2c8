internal import ArgumentParser
internal import Foundation
internal import Glibc

/// Writes what a command has made to the file that somebody named.
enum FileWriting {
  /// Exchanges a file as a whole, where it is and not a link to it; what is none, such as a pipe, is written to.
  ///
  /// - Parameter name: what is written: `ledger`.
  /// - Throws: `ExitCode.unavailable`, after having said why.
  static func write(_ text: String, to path: String, as name: String) throws {
    var status = stat()
    let isThere = stat(path, &status) == 0
    let isExchanged = isThere ? status.st_mode & S_IFMT == S_IFREG : lstat(path, &status) != 0
    let place = isExchanged ? URL(filePath: path).resolvingSymlinksInPath() : URL(filePath: path)
    do {
      try Data(text.utf8).write(to: place, options: isExchanged ? .atomic : [])
    } catch {
      Terminal.say("error: cannot write the \(name) to '\(path)': \(error.systemReason)")
      throw ExitCode.unavailable
    }
  }
}
