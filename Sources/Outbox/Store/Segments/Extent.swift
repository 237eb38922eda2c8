/// Where a segment lies in the segment files.
struct Extent: Sendable, Hashable {
  /// The file's number.
  let file: Int64
  /// The first byte in the file.
  let start: Int
  /// Bytes of the head: what a record says of itself, and the entries.
  let head: Int
  /// Bytes of the alerts' lines, which follow the head.
  let body: Int

  var size: Int { head + body }
  var end: Int { start + size }
  /// Where the next segment begins: records are looked for at multiples of 8.
  var next: Int { (end + 7) & ~7 }
}
