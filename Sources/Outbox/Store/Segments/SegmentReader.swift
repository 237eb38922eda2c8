internal import Synchronization

/// Reads segments from their files. The last few files stay open.
final class SegmentReader: Sendable {
  private let folder: SegmentFolder
  private let recent = Mutex<[(number: Int64, file: SegmentFile)]>([])

  private static let limit = 4

  init(_ folder: SegmentFolder) { self.folder = folder }

  /// - Throws: `damaged` where the file is missing or cut. Whether the segment is meant to be there still, the caller has
  ///   to ask: it may have left meanwhile.
  func read(_ extent: Extent) throws(OutboxError) -> (head: [UInt8], body: [UInt8]) {
    let file = try file(extent.file)
    return (
      try file.read(extent.head, at: extent.start), try file.read(extent.body, at: extent.start + extent.head)
    )
  }

  func forget(_ number: Int64) { recent.withLock { $0.removeAll { $0.number == number } } }

  private func file(_ number: Int64) throws(OutboxError) -> SegmentFile {
    if let known = recent.withLock({ $0.first { $0.number == number }?.file }) { return known }
    let file = try SegmentFile(reading: folder.path(number))
    recent.withLock { recent in
      recent.append((number, file))
      if recent.count > Self.limit { recent.removeFirst() }
    }
    return file
  }
}
