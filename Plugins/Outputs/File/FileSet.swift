internal import AlertModel
internal import Glibc
internal import PluginKit

/// The files that are open, the one used last at the end.
struct FileSet {
  /// With fields in the name there may be as many files as values; so many stay open.
  static let mostOpen = 64

  private let rotation: Rotation
  private let permissions: FilePermissions
  private let isSynced: Bool
  private let write: AppendingFile.Write
  private var open: [AppendingFile] = []
  /// Why a file that is written to no more could not be made durable, for the next `sync`.
  private var failure: AppendingFile.Failure?
  /// Files that made room for new ones and wait to be tidied up.
  private var rotated: Set<String> = []

  /// - Parameter isSynced: true where `sync` will be called.
  init(rotation: Rotation, permissions: FilePermissions, isSynced: Bool, write: @escaping AppendingFile.Write) {
    self.rotation = rotation
    self.isSynced = isSynced
    self.write = write
    self.permissions = permissions
  }

  /// Appends alerts of a batch to one file.
  ///
  /// - Parameter indexes: places in the batch, ascending.
  /// - Returns: which of them were not written, and why.
  mutating func append(
    _ indexes: some RandomAccessCollection<Int>, of batch: DeliveryBatch, to path: String, now: Timestamp
  ) -> [Int: DeliveryError.Outcome] {
    batch.block.bytes.withUnsafeBytes { bytes in
      var rest = indexes[...]
      while let first = rest.first {
        do throws(AppendingFile.Failure) {
          let file = try ready(path, for: batch.length(of: first), now: now)
          let room = rotation.size.map { max($0 - file.size, 0) } ?? .max
          let part = Part(of: rest, in: batch, room: room)
          let (written, failure) = file.append(part.ranges, of: bytes, now: now.seconds)
          guard let failure else {
            rest = rest.dropFirst(part.count)
            continue
          }
          let (whole, left) = part.whole(in: batch, rest, written: written)
          file.takeBack(left)
          rest = rest.dropFirst(whole)
          throw failure
        } catch {
          let outcome: DeliveryError.Outcome =
            error.code == ENAMETOOLONG
            ? .reject(reason: error.reason) : .retry(reason: error.reason, after: nil)
          return Dictionary(uniqueKeysWithValues: rest.map { ($0, outcome) })
        }
      }
      return [:]
    }
  }

  /// Opens a file, so that what is wrong shows before the first alert.
  mutating func open(_ path: String, now: Timestamp) throws(AppendingFile.Failure) {
    _ = try ready(path, for: 0, now: now)
  }

  /// Waits until all that was written is on the disk.
  mutating func sync() throws(AppendingFile.Failure) {
    defer { failure = nil }
    if let failure { throw failure }
    for file in open { try file.sync() }
  }

  /// Files that were rotated since this was asked last.
  mutating func takeRotated() -> Set<String> {
    defer { rotated = [] }
    return rotated
  }

  mutating func close() { open = [] }

  /// Makes a file durable that is written to no more: it does not stay open until `sync`, as there may be any number of them.
  private mutating func retire(_ file: AppendingFile) {
    guard isSynced else { return }
    do { try file.sync() } catch { failure = failure ?? error }
  }

  /// The file to write to: in its place, young enough, with room for `length` more bytes.
  private mutating func ready(_ path: String, for length: Int, now: Timestamp) throws(AppendingFile.Failure)
    -> AppendingFile
  {
    if let place = open.lastIndex(where: { $0.path == path }) {
      let file = open.remove(at: place)
      // Somebody moved or removed it: what is written from now on belongs into a new one.
      if file.isInPlace { open.append(file) } else { retire(file) }
    }
    if open.last?.path != path {
      if open.count >= Self.mostOpen { retire(open.removeFirst()) }
      open.append(try AppendingFile(path: path, permissions: permissions, write: write))
    }
    let file = open[open.count - 1]
    let isFull = rotation.size.map { file.size > 0 && file.size + Int64(length) > $0 } ?? false
    guard isFull || rotation.isOver(file, at: now.seconds) else { return file }
    let moment = isFull ? now : Timestamp(seconds: file.lastWritten)
    let code = rotation.moveAway(path, at: moment)
    guard code == 0 else { throw AppendingFile.Failure(path: path, code: code, action: "rotated") }
    rotated.insert(path)
    retire(open.removeLast())
    let next = try AppendingFile(path: path, permissions: permissions, write: write)
    open.append(next)
    return next
  }
}

/// As many alerts as fit into a file, as ranges of their block; neighbours are one range.
private struct Part {
  var ranges: [Range<Int>] = []
  var count = 0

  init(of indexes: some Collection<Int>, in batch: DeliveryBatch, room: Int64) {
    var length: Int64 = 0
    for index in indexes {
      let range = batch.range(of: index)
      length += Int64(range.count)
      // One alert at least, however small the limit.
      if length > room, count > 0 { return }
      if let last = ranges.last, last.upperBound == range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
      count += 1
    }
  }

  /// How many whole alerts the first `written` bytes are, and how many bytes of the next one.
  func whole(in batch: DeliveryBatch, _ indexes: some Collection<Int>, written: Int) -> (count: Int, rest: Int) {
    var rest = written
    var count = 0
    for index in indexes {
      let length = batch.length(of: index)
      guard rest >= length else { break }
      rest -= length
      count += 1
    }
    return (count, rest)
  }
}

extension DeliveryBatch {
  /// Where an alert's line stands in the block, its line feed included.
  fileprivate func range(of index: Int) -> Range<Int> {
    let entry = block.entries[Int(places[index])]
    return entry.line.lowerBound..<entry.line.upperBound + 1
  }

  fileprivate func length(of index: Int) -> Int { Int(block.entries[Int(places[index])].count) + 1 }
}

extension Timestamp {
  /// Whole seconds since 1970.
  var seconds: Int64 { nanoseconds / 1_000_000_000 }
}
