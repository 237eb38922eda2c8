public import PluginKit
internal import Synchronization

/// The chunks of one batch: whoever reads adds to them, a worker takes them.
///
/// Work is quick on little at a time, which stays in the processor's caches; writes and transactions are cheap for much at
/// a time. So chunks may be small, and a batch takes in what comes while it is worked on. It waits for nothing: once
/// nothing is there, it is over.
public final class ChunkQueue: Sendable {
  /// About how many bytes a batch has that is made of many chunks.
  static let usualSize = 1 << 20

  /// A batch of this size takes in no more. Half a chunk below the usual size, as no chunk has exactly as many bytes as
  /// another.
  static let full = usualSize - DocumentFramer.readSize / 2

  /// What a chunk counts for besides its bytes, so that a batch of single lines ends before somebody waits for it, and one of
  /// nothing but problems ends at all.
  static let sizeOfEach = 4 << 10

  private struct State {
    var chunks: [InputChunk]
    /// Of all that was added, in bytes.
    var size: Int
    /// True while more may be added.
    var isOpen: Bool
  }

  private let state: Mutex<State>

  /// How many bytes to make room for: of a small first chunk only its own, as there may be no other.
  let expectedBytes: Int

  /// - Parameter isOpen: false where nothing follows the first chunk.
  public init(_ first: InputChunk, isOpen: Bool = true) {
    let count = first.bytes.count
    let isOpen = isOpen && count < Self.full
    expectedBytes = isOpen && count >= DocumentFramer.readSize / 2 ? Self.usualSize : count
    state = Mutex(State(chunks: [first], size: Self.size(of: first), isOpen: isOpen))
  }

  /// Adds a chunk behind the others.
  ///
  /// - Returns: false where the batch is full, or over.
  public func add(_ chunk: InputChunk) -> Bool {
    state.withLock { state in
      guard state.isOpen else { return false }
      state.chunks.append(chunk)
      state.size += Self.size(of: chunk)
      state.isOpen = state.size < Self.full
      return true
    }
  }

  /// The next chunk; nil where there is none, and then there will be none. Called by one task at a time.
  func next() async -> InputChunk? {
    if let chunk = take(endingIfEmpty: false) { return chunk }
    // Whoever reads may only be waiting for this thread.
    if state.withLock(\.isOpen) { await Task.yield() }
    return take(endingIfEmpty: true)
  }

  private static func size(of chunk: InputChunk) -> Int {
    chunk.unreadable.reduce(chunk.bytes.count + sizeOfEach) { $0 + $1.bytes.count }
  }

  private func take(endingIfEmpty: Bool) -> InputChunk? {
    state.withLock { state in
      guard state.chunks.isEmpty else { return state.chunks.removeFirst() }
      if endingIfEmpty { state.isOpen = false }
      return nil
    }
  }
}
