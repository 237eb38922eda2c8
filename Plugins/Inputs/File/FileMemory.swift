internal import AlertModel
internal import Glibc
internal import Logging
internal import PluginKit

/// What is known of files from their checkpoints, and which file on disk each belongs to.
///
/// A checkpoint belongs to the file with its device and inode if that holds what was read (inodes are used again), else
/// to any file that does: one that was renamed across file systems, copied before it was cut, or compressed.
struct FileMemory {
  /// Checkpoints that no file is being read for.
  private(set) var known: [FileCheckpoint] = []
  private var keys: Set<String> = []
  private var forgotten: [String] = []
  private let isKept: Bool

  /// - Parameter isKept: false where nothing is to be remembered.
  init(_ stored: [InputCheckpoint], isKept: Bool, logger: Logger) {
    self.isKept = isKept
    for checkpoint in stored where isKept {
      keys.insert(checkpoint.key)
      if let sound = FileCheckpoint(checkpoint) {
        known.append(sound)
      } else if !checkpoint.value.isEmpty {
        logger.warning(
          "a checkpoint is damaged; the file that it was for is read from its beginning",
          metadata: ["key": "\(checkpoint.key)"])
        forgotten.append(checkpoint.key)
      }
    }
  }

  /// Keys to be forgotten; asked once.
  mutating func takeForgotten() -> [String] {
    defer { forgotten = [] }
    return forgotten
  }

  /// Puts back what is known of a file that is no longer read.
  mutating func remember(_ checkpoint: FileCheckpoint?) {
    guard let checkpoint, isKept else { return }
    known.removeAll { $0.key == checkpoint.key }
    known.append(checkpoint)
  }

  /// Forgets a file.
  mutating func forget(_ key: String) {
    known.removeAll { $0.key == key }
    forgotten.append(key)
  }

  /// Forgets files that no longer are where they were and were found nowhere else. A folder that is gone may come back.
  mutating func forgetGone() {
    for checkpoint in known where access(checkpoint.path, F_OK) != 0 {
      let folder = checkpoint.path.lastIndex(of: "/").map { String(checkpoint.path[...$0]) } ?? "."
      if access(folder, F_OK) == 0 { forget(checkpoint.key) }
    }
  }

  /// Begins to read a file, where it was left or at its beginning.
  ///
  /// - Parameters:
  ///   - descriptor: is closed with the file.
  ///   - others: files on disk that checkpoints belong to and which are not to be taken for this one.
  /// - Returns: nil where the file was read to its end before.
  mutating func track(
    _ file: FileFinder.Found, descriptor: Int32, settings: FileInput.Settings, now: Timestamp,
    present others: Set<FileIdentity> = []
  ) -> TrackedFile? {
    func open() -> ContentReader {
      ContentReader(descriptor: dup(descriptor), maxDecompressed: settings.maxDecompressed)
    }
    defer { close(descriptor) }
    let candidates =
      known.filter { $0.identity == file.identity }
      + known.filter { $0.identity != file.identity && !others.contains($0.identity) }
    for checkpoint in candidates {
      let content = open()
      if checkpoint.identity == file.identity, let size = checkpoint.finishedSize, size == file.size,
        content.isCompressed, content.skip(Int64(checkpoint.head.count), keeping: 0) != nil,
        Fingerprint(content.head(checkpoint.head.count)) == checkpoint.head
      {
        return nil
      }
      guard content.take(up: checkpoint, size: file.size) else { continue }
      known.removeAll { $0.key == checkpoint.key }
      let tracked = TrackedFile(
        key: checkpoint.key, path: file.path, identity: file.identity, content: content, limit: settings.limit,
        from: checkpoint.position, now: now)
      tracked.lastCheckpoint = checkpoint
      return tracked
    }
    return TrackedFile(
      key: isKept ? newKey(for: file.identity) : nil, path: file.path, identity: file.identity, content: open(),
      limit: settings.limit, from: .start, now: now)
  }

  private mutating func newKey(for identity: FileIdentity) -> String {
    let base = "file:\(identity.device)-\(identity.inode)"
    var number = 1
    while !keys.insert("\(base)-\(number)").inserted { number += 1 }
    return "\(base)-\(number)"
  }
}
