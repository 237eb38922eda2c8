internal import AlertModel
internal import Glibc
internal import Logging
internal import PluginKit

/// Reads what is appended to files, and new files, through log rotation.
///
/// A file is held open, so that it is read to its end after it was renamed. One that was cut or written anew is told by
/// its content; what had not been read of it is looked for in copies beside it, plain or compressed.
final class FileFollowing {
  /// How long a file is still read after no pattern names it any more: its writer may not have noticed.
  static let patience = Duration.seconds(60)
  /// How long a file that is gone is remembered.
  static let memoryOfGone = Duration.seconds(24 * 3600)
  /// How long a new file waits whose beginning is that of a file being read: it may be a copy before that one is cut.
  static let copyTime = Duration.seconds(3)
  /// How many files are held open at most; those that have been quiet for longest are closed first.
  static let mostOpen = 512

  private let settings: FileInput.Settings
  private let clock: any GatewayClock
  private let logger: Logger
  private let watcher: FolderWatcher
  private var memory: FileMemory
  private var files: [TrackedFile] = []
  private var turn = 0
  private var ready: [InputChunk] = []
  private var lastScan: Timestamp?
  /// Files to be read as soon as others are done, the next one last.
  private var waiting: [FileFinder.Found] = []
  private var reported: Set<String> = []
  /// Files that are not open because there is nothing to read, as they were when that was found out.
  private var settled: [FileIdentity: FileFinder.Found] = [:]
  /// Compressed files at the last look; one is read when it has stopped growing.
  private var growing: [FileIdentity: FileFinder.Found] = [:]
  /// Since when files wait that may be copies.
  private var copies: [FileIdentity: Timestamp] = [:]
  /// When each known file that is not there was missed first.
  private var missing: [String: Timestamp] = [:]

  init(
    settings: FileInput.Settings, memory: FileMemory, clock: any GatewayClock, logger: Logger, watcher: FolderWatcher
  ) {
    self.settings = settings
    self.memory = memory
    self.clock = clock
    self.logger = logger
    self.watcher = watcher
  }

  /// The next chunk; nil where there is nothing for now. Blocks only for reading.
  func next() -> InputChunk? {
    let now = clock.now
    let isDue = lastScan.map { now - $0 >= .seconds(1) } ?? true
    if watcher.takeNamesChanged() || isDue { look(now) }
    var left = files.count
    while true {
      if !ready.isEmpty { return ready.removeFirst() }
      if left <= 0 || files.isEmpty {
        guard takeWaiting(now) else { return nil }
        left = files.count
        continue
      }
      turn = (turn + 1) % files.count
      // A file that brings something keeps the others in their turn.
      if let chunk = readOn(files[turn], now) { return chunk }
      left -= 1
    }
  }

  // MARK: Reading

  private func readOn(_ file: TrackedFile, _ now: Timestamp) -> InputChunk? {
    switch file.step(isFinal: false, now: now) {
    case .part(let framed):
      return chunk(framed, of: file)
    case .end:
      guard file.hasEnded else { return nil }
      let last = chunk(FramedBytes(), of: file)
      settle(file)
      return last
    case .replaced:
      release(file)
      let rest = file.finish()
      look(now)
      // A part of a document whose whole is in a copy is read from there.
      let isFound = files.contains { $0.key == file.key }
      return isFound || rest.isEmpty ? nil : settings.chunk(rest, of: file.path, checkpoint: nil, progress: nil)
    }
  }

  private func chunk(_ framed: FramedBytes, of file: TrackedFile) -> InputChunk? {
    let checkpoint = file.checkpoint()
    guard !framed.isEmpty || checkpoint != nil else { return nil }
    return settings.chunk(framed, of: file.path, checkpoint: checkpoint, progress: nil)
  }

  /// Closes a file and keeps what is known of it.
  private func release(_ file: TrackedFile) {
    files.removeAll { $0 === file }
    memory.remember(file.lastCheckpoint)
  }

  /// Closes a file that has nothing more to read; it is opened again when it changes.
  private func settle(_ file: TrackedFile) {
    release(file)
    var status = stat()
    guard stat(file.path, &status) == 0, FileIdentity(status) == file.identity else { return }
    // What was appended since is read once the file is opened again.
    if file.hasEnded || Int64(status.st_size) == file.bytesRead {
      settled[file.identity] = FileFinder.Found(path: file.path, status)
    }
  }

  // MARK: Looking for files

  private func look(_ now: Timestamp) {
    let (found, problems) = settings.finder.find()
    report(problems)
    if lastScan == nil {
      for doubt in settings.finder.doubts(found) { logger.warning("\(doubt)") }
    }
    lastScan = now
    for folder in settings.finder.folders { watcher.watch(folder) }
    ready += memory.takeForgotten().map(settings.forgetting)

    let open = Dictionary(files.map { ($0.identity, $0) }) { first, _ in first }
    waiting = []
    for file in found.reversed() {
      if let tracked = open[file.identity] {
        tracked.path = file.path
      } else if settled[file.identity] != file {
        waiting.append(file)
      }
    }
    if !waiting.isEmpty {
      memory.reserve(for: found, settings: settings) { settled[$0.identity] == $0 }
      _ = takeWaiting(now)
    }
    lookBeside(found, now)
    letGo(found, now)
  }

  /// Opens files that wait, as far as there is room.
  ///
  /// - Returns: true where one was opened.
  private func takeWaiting(_ now: Timestamp) -> Bool {
    let before = files.count
    while !waiting.isEmpty {
      if files.count >= Self.mostOpen {
        let quiet = files.filter { $0.isQuiet && !$0.hasPartialDocument }
        guard let file = quiet.min(by: { $0.lastRead < $1.lastRead }) else { break }
        settle(file)
      }
      if let file = waiting.popLast() { take(file, isNamed: true, now) }
    }
    return files.count > before
  }

  /// Begins to read a file, or goes on with it.
  ///
  /// One that has not its first two bytes yet is looked at again later: they tell whether it is compressed, and more of them
  /// whether it is a copy.
  ///
  /// - Parameter isNamed: false where no pattern names the file: it is of interest only if it is known.
  private func take(_ file: FileFinder.Found, isNamed: Bool, _ now: Timestamp) {
    guard file.size >= 2 else { return }
    let open: OpenFile
    do throws(OpenFile.Failure) {
      open = try OpenFile(file.path)
    } catch {
      if isNamed, error.code != ENOENT {
        report([.init(path: file.path, reason: FileFinder.openFailure(error.code))])
      }
      return
    }
    if settings.content(open).isCompressed, !isReadyToDecompress(file) { return }
    settled[file.identity] = nil
    switch memory.recognise(file, open, settings: settings, now: now) {
    case .known(let tracked):
      add(tracked)
    case .finished:
      settled[file.identity] = file
    case .unknown where isNamed:
      guard !mayBeCopy(file, open, now) else { return }
      add(memory.begin(file, open, settings: settings, now: now))
    case .unknown:
      settled[file.identity] = file
    }
  }

  /// A compressed file is complete when it has stopped growing and the file that it was made from is gone.
  private func isReadyToDecompress(_ file: FileFinder.Found) -> Bool {
    let before = growing.updateValue(file, forKey: file.identity)
    let stem = file.path.lastIndex(of: ".").map { file.path[..<$0] }
    return before == file && !files.contains { $0.path == stem ?? "" }
  }

  /// True for some seconds for a file that begins as one that is being read.
  private func mayBeCopy(_ file: FileFinder.Found, _ open: OpenFile, _ now: Timestamp) -> Bool {
    let since = copies[file.identity] ?? now
    guard now - since < Self.copyTime,
      files.contains(where: { other in
        other.lastCheckpoint.map { settings.content(open).begins(as: $0) } ?? false
      })
    else {
      copies[file.identity] = nil
      return false
    }
    copies[file.identity] = since
    return true
  }

  private func add(_ file: TrackedFile) {
    files.append(file)
    copies[file.identity] = nil
    missing[file.key ?? ""] = nil
    watcher.watch(file.path.lastIndex(of: "/").map { String(file.path[...$0]) } ?? ".")
  }

  /// Looks for files that are known but not where they were, under names that rotation gives them.
  private func lookBeside(_ found: [FileFinder.Found], _ now: Timestamp) {
    let present = Set(found.map(\.identity))
    let lost = memory.known.values.filter { settled[$0.identity] == nil && $0.finishedSize == nil }
    // What is known of files that the settings no longer name stays known, and is not read.
    for path in Set(lost.map(\.path)).sorted() where settings.finder.names(path) {
      for file in FileFinder.siblings(of: path)
      where !present.contains(file.identity) && settled[file.identity] != file
        && !files.contains(where: { $0.identity == file.identity })
      {
        take(file, isNamed: false, now)
      }
    }
  }

  /// Closes files that nobody names any more, and forgets those that have long been gone.
  private func letGo(_ found: [FileFinder.Found], _ now: Timestamp) {
    let present = Set(found.map(\.identity))
    for file in files where !present.contains(file.identity) {
      guard now - file.lastRead > Self.patience else { continue }
      settle(file)
      let rest = file.finish()
      if !rest.isEmpty { ready.append(settings.chunk(rest, of: file.path, checkpoint: nil, progress: nil)) }
    }
    for checkpoint in memory.known.values where !present.contains(checkpoint.identity) {
      let since = missing[checkpoint.key] ?? now
      missing[checkpoint.key] = since
      guard now - since > Self.memoryOfGone else { continue }
      missing[checkpoint.key] = nil
      memory.forget(checkpoint.key)
    }
    ready += memory.takeForgotten().map(settings.forgetting)
  }

  /// Tells each problem once. That a file is not there yet is none.
  private func report(_ problems: [FileFinder.Problem]) {
    for problem in problems where reported.insert("\(problem.path): \(problem.reason)").inserted {
      if problem.isAbsence {
        logger.notice("\(problem.path): there is no such file yet; it is read when it comes")
      } else {
        ready.append(settings.problem(problem.reason, at: problem.path))
      }
    }
  }
}
