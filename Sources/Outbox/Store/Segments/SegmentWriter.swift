internal import Synchronization

/// What lies where.
struct SegmentLimits: Sendable {
  /// Bytes at which a file is followed by the next one.
  var file = 64 * 1024 * 1024

  /// Bytes after which an outbox that keeps up goes on in its other file: so much is in the system's memory already, and
  /// written again where it is.
  var turn = 8 * 1024 * 1024

  /// Bytes after which a file is sent on its way to the disk.
  var quarterFile: Int { max(1, file / 4) }

  /// Bytes up to which a segment lies in the database, as a part of the same write.
  var row = 16 * 1024
}

/// Keeps segments in files: appends them, and gives their room back once nothing in them is wanted. Files are numbered; one
/// is written at a time, and each process begins one of its own. When all that is in it has left, it is written from its
/// beginning again. An outbox that keeps up, but always has something on its way, writes two files in turn: it needs little
/// disk, and no pages that the system has to find first.
///
/// Only the process that has the state folder's lock has one. All calls come from the outbox's writer thread.
final class SegmentWriter: Sendable {
  let limits: SegmentLimits
  private let folder: SegmentFolder
  private let reader: SegmentReader
  private let isDurable: Bool
  private let crash: CrashHook
  private let state: Mutex<State>

  private struct Usage {
    var segments = 0
    /// What left and takes up room still.
    var freed: [Range<Int>] = []

    /// Neighbours leave one after the other, and are given back in one.
    mutating func free(_ extent: Extent) {
      let start = freed.last?.upperBound == extent.start ? freed.removeLast().lowerBound : extent.start
      freed.append(start..<extent.next)
    }
  }

  private struct Current {
    let number: Int64
    let file: SegmentFile
    /// Where the next segment goes.
    var end = 0
    var size = 0
    /// Bytes of segments that have not left.
    var wanted = 0

    mutating func clear() { (end, wanted) = (0, 0) }
  }

  private struct State {
    var usages: [Int64: Usage] = [:]
    var current: Current?
    /// The file that was written before, while it may be written again.
    var other: Current?
    var next: Int64
    var unsynced: [Int64: SegmentFile] = [:]
  }

  /// How many segments of a file the database knows, and where the last one ends.
  struct Content: Sendable {
    let file: Int64
    let segments: Int
    let end: Int
  }

  /// Takes over a folder: checks that each file is as long as it should be, and removes what nobody refers to, which is
  /// what a crash left of transactions that did not come to their end.
  ///
  /// - Throws: `damaged` where a file is missing or cut.
  init(
    _ folder: SegmentFolder, content: [Content], reader: SegmentReader, isDurable: Bool, limits: SegmentLimits,
    crash: CrashHook
  ) throws(OutboxError) {
    self.folder = folder
    self.reader = reader
    self.isDurable = isDurable
    self.limits = limits
    self.crash = crash
    for known in content {
      let path = folder.path(known.file)
      guard let (size, names) = SegmentFile.status(path) else {
        throw .damaged("the outbox's file '\(path)' is missing")
      }
      guard size >= known.end else {
        throw .damaged("the outbox's file '\(path)' is cut: it ends at byte \(size), and \(known.end) were kept")
      }
      // One that was set aside under a second name stays as it is.
      if size > known.end, names == 1 { SegmentFile.punch([known.end..<size], of: path) }
    }
    let numbers = folder.numbers
    let wanted = Set(content.map(\.file))
    for number in numbers where !wanted.contains(number) { folder.remove(number) }
    var usages: [Int64: Usage] = [:]
    for known in content { usages[known.file] = Usage(segments: known.segments) }
    state = Mutex(State(usages: usages, next: max(numbers.last ?? 0, wanted.max() ?? 0) + 1))
  }

  /// Where a segment of that size goes. The place is the next one's too until `confirm`.
  func place(head: Int, body: Int) throws(OutboxError) -> Extent {
    try state.withLock { state throws(OutboxError) in
      if let current = state.current, !isFull(current, for: head + body) {
        return Extent(file: current.number, start: current.end, head: head, body: body)
      }
      if let other = state.other, other.end == 0 {
        (state.current, state.other) = (other, state.current)
        return Extent(file: other.number, start: 0, head: head, body: body)
      }
      let number = state.next
      let file = try SegmentFile(creating: folder.path(number))
      // Even where the rest fails: the name is taken.
      state.next += 1
      if isDurable { try folder.sync() } else if let before = state.current { beginSync(before) }
      (state.current, state.other) = (Current(number: number, file: file), state.current)
      return Extent(file: number, start: 0, head: head, body: body)
    }
  }

  /// True where the next segment goes into another file.
  private func isFull(_ current: Current, for size: Int) -> Bool {
    guard current.end > 0 else { return false }
    let keepsUp = current.wanted < limits.turn / 2
    return current.end + size > (keepsUp ? min(limits.turn, limits.file) : limits.file)
  }

  /// Writes a segment to its place: before the transaction that makes it count.
  func write(_ draft: SegmentDraft, id: Int64, to extent: Extent) throws(OutboxError) {
    guard let file = state.withLock({ $0.current?.file }) else { return }
    crash.reach(.beforeFileWrite)
    try file.write(draft.header(id: id), draft, at: extent.start)
    if isDurable { try file.sync() }
    crash.reach(.afterFileWrite)
  }

  /// The transaction is committed: the segment is there.
  func confirm(_ extent: Extent) {
    state.withLock { state in
      guard var current = state.current, current.number == extent.file else { return }
      let isNextQuarter = current.end / limits.quarterFile < extent.next / limits.quarterFile
      current.end = extent.next
      current.size = max(current.size, extent.end)
      current.wanted += extent.size
      state.current = current
      state.usages[extent.file, default: Usage()].segments += 1
      guard !isDurable else { return }
      state.unsynced[extent.file] = current.file
      if isNextQuarter { beginSync(current) }
    }
  }

  /// Sends a file on its way to the disk where a quarter of it still waits: where outputs keep up, most of it never needs to
  /// go there.
  private func beginSync(_ current: Current) {
    if current.wanted > limits.quarterFile { current.file.beginSync(upTo: current.end) }
  }

  /// There was no transaction: the room is given back.
  func abandon(_ extent: Extent) {
    state.withLock { state in
      guard state.current?.number == extent.file else { return }
      state.current?.file.cut(at: extent.start)
      state.current?.size = extent.start
    }
  }

  /// These segments have left the database.
  func release(_ extents: [Extent]) {
    state.withLock { state in
      for extent in extents {
        guard var usage = state.usages[extent.file] else { continue }
        usage.segments -= 1
        usage.free(extent)
        if state.current?.number == extent.file { state.current?.wanted -= extent.size }
        state.usages[extent.file] = usage
        if usage.segments <= 0 { empty(extent.file, &state) }
      }
    }
  }

  /// Takes over what the database says, after another process has changed it.
  func recount(_ content: [Content]) {
    state.withLock { state in
      let segments = Dictionary(content.map { ($0.file, $0.segments) }) { $0 + $1 }
      for number in state.usages.keys.sorted() {
        state.usages[number]?.segments = segments[number] ?? 0
        if segments[number] == nil { empty(number, &state) }
      }
    }
  }

  private func empty(_ number: Int64, _ state: inout State) {
    state.usages[number] = nil
    state.unsynced[number] = nil
    if state.current?.number == number {
      state.current?.clear()
    } else if let other = state.other, other.number == number, other.size <= 2 * limits.turn {
      state.other?.clear()
    } else {
      remove(number, &state)
    }
  }

  private func remove(_ number: Int64, _ state: inout State) {
    if state.other?.number == number { state.other = nil }
    crash.reach(.beforeFileRemoval)
    folder.remove(number)
    reader.forget(number)
  }

  /// Gives back the room of segments that left files in which others stay.
  ///
  /// - Parameter kept: how many bytes the file that is written keeps for the next segments where it is empty.
  func tidy(keeping kept: Int) {
    state.withLock { state in
      for (number, usage) in state.usages where !usage.freed.isEmpty {
        state.usages[number]?.freed = []
        cutOut(usage.freed, of: number)
      }
      if let current = state.current, current.end == 0, current.size > kept {
        current.file.cut(at: 0)
        state.current?.size = 0
      }
      if let other = state.other, other.end == 0, kept == 0 || state.current?.end == 0 { remove(other.number, &state) }
    }
  }

  /// Gives back the room of segments that left before this was made.
  func cutOut(_ extents: [Extent]) {
    let wanted = state.withLock { Set($0.usages.keys) }
    for (number, extents) in Dictionary(grouping: extents, by: \.file) where wanted.contains(number) {
      cutOut(extents.map { $0.start..<$0.end }, of: number)
    }
  }

  private func cutOut(_ ranges: [Range<Int>], of number: Int64) {
    let path = folder.path(number)
    // One that was set aside under a second name stays as it is.
    if SegmentFile.status(path)?.names == 1 { SegmentFile.punch(ranges, of: path) }
  }

  /// Puts on the disk what was written since the last call: before the database does the same with what refers to it.
  func sync() throws(OutboxError) {
    for (number, file) in state.withLock({ $0.unsynced }) {
      try file.sync()
      state.withLock { $0.unsynced[number] = nil }
    }
  }

  /// Removes the files in which nothing is. The last call.
  func close() {
    state.withLock { state in
      for file in [state.current, state.other] { if let file, file.end == 0 { remove(file.number, &state) } }
      (state.current, state.other) = (nil, nil)
    }
  }
}
