internal import Logging
internal import PluginKit

/// Reads files one after the other, each to its end, and is then done.
///
/// With checkpoints, a file that was read before goes on where it was; one that was read and has not changed brings
/// nothing.
final class FileReading {
  private let settings: FileInput.Settings
  private let clock: any GatewayClock
  private let logger: Logger
  private var memory: FileMemory
  /// The files to come, the next one last.
  private var queue: [FileFinder.Found] = []
  private var current: TrackedFile?
  private var ready: [InputChunk] = []
  private var hasBegun = false
  private var hasEnded = false
  private var bytesDone: Int64 = 0
  private var bytesTotal: Int64 = 0

  init(settings: FileInput.Settings, memory: FileMemory, clock: any GatewayClock, logger: Logger) {
    self.settings = settings
    self.memory = memory
    self.clock = clock
    self.logger = logger
  }

  /// The next chunk; nil when all is read. Blocks.
  func next() -> InputChunk? {
    if !hasBegun { begin() }
    while true {
      if !ready.isEmpty { return ready.removeFirst() }
      if current == nil {
        if let file = queue.popLast() {
          open(file)
          continue
        }
        guard !hasEnded else { return nil }
        hasEnded = true
        memory.forgetGone()
        ready = memory.takeForgotten().map(settings.forgetting)
        continue
      }
      if let chunk = readOn() { return chunk }
    }
  }

  /// The next chunk, where nothing must be waited for; nil where that is not so.
  func nextAtHand() -> InputChunk? {
    guard ready.isEmpty, let current, current.isAtHand else { return nil }
    return readOn()
  }

  private func begin() {
    hasBegun = true
    let (files, problems) = settings.finder.find()
    for doubt in settings.finder.doubts(files) { logger.warning("\(doubt)") }
    ready = problems.map { settings.problem($0.reason, at: $0.path) }
    queue = files.reversed()
    memory.reserve(for: files, settings: settings) { _ in false }
    bytesTotal = files.reduce(0) { $0 + $1.size }
  }

  private func open(_ file: FileFinder.Found) {
    let open: OpenFile
    do throws(OpenFile.Failure) {
      open = try OpenFile(file.path)
    } catch {
      bytesDone += file.size
      ready.append(settings.problem(FileFinder.openFailure(error.code), at: file.path))
      return
    }
    switch memory.recognise(file, open, settings: settings, now: clock.now) {
    case .known(let tracked): current = tracked
    case .finished: bytesDone += file.size
    case .unknown: current = memory.begin(file, open, settings: settings, now: clock.now)
    }
  }

  /// The next chunk of the file that is being read; nil where that brings none, or there is no such file.
  private func readOn() -> InputChunk? {
    guard let file = current else { return nil }
    switch file.step(isFinal: true, now: clock.now) {
    case .part(let framed):
      let checkpoint = file.checkpoint()
      guard !framed.isEmpty || checkpoint != nil else { return nil }
      let progress = InputChunk.Progress(bytesRead: bytesDone + file.bytesRead, total: bytesTotal)
      return settings.chunk(framed, of: file.path, checkpoint: checkpoint, progress: progress)
    case .end, .replaced:
      bytesDone += file.bytesRead
      current = nil
      // The end of a compressed file is itself worth remembering.
      return file.checkpoint().map { settings.chunk(FramedBytes(), of: file.path, checkpoint: $0, progress: nil) }
    }
  }
}
