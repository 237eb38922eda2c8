internal import AlertModel
internal import Glibc
internal import Logging
internal import PluginKit

/// What is known of files from their checkpoints, and which file on disk each belongs to.
///
/// A checkpoint belongs to the file with its device and inode if that holds what was read (inodes are used again), else
/// to any file that does: one that was renamed across file systems, copied before it was cut, or compressed.
struct FileMemory {
  /// Checkpoints that no file is being read for, by key.
  private(set) var known: [String: FileCheckpoint] = [:]
  private var byIdentity: [FileIdentity: [String]] = [:]
  /// Keys of those whose files are not on disk as they were.
  private var loose: Set<String> = []
  private var keys: Set<String> = []
  private var forgotten: [String] = []
  private let isKept: Bool

  /// - Parameter isKept: false where nothing is to be remembered.
  init(_ stored: [InputCheckpoint], isKept: Bool, logger: Logger) {
    self.isKept = isKept
    for checkpoint in stored where isKept {
      keys.insert(checkpoint.key)
      if let sound = FileCheckpoint(checkpoint) {
        remember(sound)
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
    remove(checkpoint.key)
    known[checkpoint.key] = checkpoint
    byIdentity[checkpoint.identity, default: []].append(checkpoint.key)
    loose.insert(checkpoint.key)
  }

  /// Forgets a file.
  mutating func forget(_ key: String) {
    remove(key)
    forgotten.append(key)
  }

  /// Forgets files that no longer are where they were and were found nowhere else. A folder that is gone may come back.
  mutating func forgetGone() {
    for checkpoint in known.values.sorted(by: { $0.key < $1.key }) where access(checkpoint.path, F_OK) != 0 {
      let folder = checkpoint.path.lastIndex(of: "/").map { String(checkpoint.path[...$0]) } ?? "."
      if access(folder, F_OK) == 0 { forget(checkpoint.key) }
    }
  }

  /// What is known of a file on disk.
  enum Recognition {
    /// It goes on where it was.
    case known(TrackedFile)
    /// It was read to its end, and has not changed.
    case finished
    case unknown
  }

  /// Finds out which checkpoints belong to files that are still what they were, so that no other file is taken for them.
  ///
  /// - Parameter isSettled: true for files that need not be looked at for that.
  mutating func reserve(
    for files: [FileFinder.Found], settings: FileInput.Settings, isSettled: (FileFinder.Found) -> Bool
  ) {
    guard !known.isEmpty else { return }
    loose = Set(known.keys)
    for file in files {
      for key in byIdentity[file.identity] ?? [] {
        guard let checkpoint = known[key] else { continue }
        if isSettled(file) || Self.holds(file, checkpoint, settings: settings) { loose.remove(key) }
      }
    }
  }

  private static func holds(
    _ file: FileFinder.Found, _ checkpoint: FileCheckpoint, settings: FileInput.Settings
  ) -> Bool {
    guard let open = try? OpenFile(file.path) else { return false }
    let content = settings.content(open)
    return content.isCompressed
      ? content.begins(with: checkpoint) : file.size >= checkpoint.position.offset && content.holds(checkpoint)
  }

  /// Finds out whether a file was read before.
  mutating func recognise(
    _ file: FileFinder.Found, _ open: OpenFile, settings: FileInput.Settings, now: Timestamp
  ) -> Recognition {
    let own = byIdentity[file.identity] ?? []
    for key in own + loose.subtracting(own).sorted() {
      guard let checkpoint = known[key] else { continue }
      let content = settings.content(open)
      if checkpoint.identity == file.identity, checkpoint.finishedSize == file.size {
        guard content.isCompressed ? content.begins(with: checkpoint) : content.holds(checkpoint) else {
          if content.isCompressed { continue }
          return .unknown
        }
        // Where it is now: by the name that it had, it would be forgotten.
        known[key]?.path = file.path
        return .finished
      }
      guard content.take(up: checkpoint, size: file.size) else { continue }
      remove(key)
      let tracked = TrackedFile(
        key: key, path: file.path, identity: file.identity, content: content, limit: settings.limit,
        from: checkpoint.position, now: now)
      tracked.lastCheckpoint = checkpoint
      return .known(tracked)
    }
    return .unknown
  }

  /// Begins to read a file that is not known.
  mutating func begin(
    _ file: FileFinder.Found, _ open: OpenFile, settings: FileInput.Settings, now: Timestamp
  ) -> TrackedFile {
    TrackedFile(
      key: isKept ? newKey(for: file.identity) : nil, path: file.path, identity: file.identity,
      content: settings.content(open), limit: settings.limit, from: .start, now: now)
  }

  private mutating func remove(_ key: String) {
    loose.remove(key)
    guard let checkpoint = known.removeValue(forKey: key) else { return }
    byIdentity[checkpoint.identity]?.removeAll { $0 == key }
    if byIdentity[checkpoint.identity]?.isEmpty == true { byIdentity[checkpoint.identity] = nil }
  }

  private mutating func newKey(for identity: FileIdentity) -> String {
    let base = "file:\(identity.device)-\(identity.inode)"
    var number = 1
    while !keys.insert("\(base)-\(number)").inserted { number += 1 }
    return "\(base)-\(number)"
  }
}
