public import AlertModel
internal import Foundation
internal import Glibc

/// The file in the state folder that keeps silences. Commands and a running gateway share it: each change is made under a
/// lock, and the file is replaced whole, so that no reader sees half of it. Calls block.
public struct SilenceFile: Sendable {
  /// Where it is: `silences.json` in the state folder.
  public let path: String
  private let folder: String

  /// How long silences that have ended are remembered, for `weir silence list --all` and `weir report`.
  private static let memory = Duration.seconds(90 * 86_400)

  /// Why the file cannot be used: one line, with its name.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  public init(stateFolder: String) {
    folder = stateFolder
    path = stateFolder + "/silences.json"
  }

  /// The silences, in the order in which they were added; none where there is no file.
  ///
  /// - Throws: `Failure`. A file that every user can write to is refused: whoever writes there holds alerts back.
  public func read() throws(Failure) -> [KeptSilence] {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { return [] }
      throw failure("cannot be read")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(description: "'\(path)' is no file; move it away")
    }
    guard status.st_mode & S_IWOTH == 0 else {
      throw Failure(description: "'\(path)' is not obeyed, since every user can write to it; chmod o-w it")
    }
    guard access(path, R_OK) == 0, let data = FileManager.default.contents(atPath: path) else {
      throw failure("cannot be read")
    }
    guard let written = try? JSONDecoder().decode([WrittenSilence].self, from: data) else {
      throw Failure(description: "'\(path)' cannot be understood; move it away, and add the silences again")
    }
    // None is left out: whoever changes the others would remove it.
    return try written.map { entry throws(Failure) in
      guard let kept = entry.kept else {
        throw Failure(
          description: "'\(path)': the silence '\(entry.id)' has a time or a ceiling that is none; mend or remove it")
      }
      return kept
    }
  }

  /// Changes the silences. Those that ended long ago are forgotten on the way.
  ///
  /// - Returns: what `change` returns.
  public func update<Result>(
    now: Timestamp, _ change: (inout [KeptSilence]) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let lock = open(folder + "/silences.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard lock >= 0 else {
      let isMissing = errno == ENOENT
      let problem = failure("cannot be changed")
      guard isMissing else { throw problem }
      // Where there is no folder there is no silence, and none to be changed.
      var none: [KeptSilence] = []
      let result = try change(&none)
      guard none.isEmpty else { throw problem }
      return result
    }
    defer { close(lock) }
    shareWithGateway(folder + "/silences.lock")
    while flock(lock, LOCK_EX) != 0 { guard errno == EINTR else { throw failure("cannot be locked") } }
    var silences = try read()
    let before = silences
    let result = try change(&silences)
    silences.removeAll { $0.end + Self.memory < now }
    if silences != before { try write(silences) }
    return result
  }

  /// Follows no link that whoever owns the folder may have put there: this may be root.
  private func write(_ silences: [KeptSilence]) throws(Failure) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(silences.map(WrittenSilence.init)) else { throw failure("cannot be written") }
    let fresh = path + ".new"
    let descriptor = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else { throw failure("cannot be written") }
    let isWritten = data.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        written += count
      }
      return fsync(descriptor) == 0
    }
    close(descriptor)
    guard isWritten else { throw failure("cannot be written") }
    shareWithGateway(fresh)
    guard rename(fresh, path) == 0 else { throw failure("cannot be written") }
  }

  /// Gives a file that root made to whom the state folder belongs: the gateway must be able to read it.
  private func shareWithGateway(_ path: String) {
    var status = stat()
    if getuid() == 0, stat(folder, &status) == 0 { _ = lchown(path, status.st_uid, status.st_gid) }
  }

  private func failure(_ what: String) -> Failure {
    Failure(description: "'\(path)' \(what): \(String(cString: strerror(errno)))")
  }
}
