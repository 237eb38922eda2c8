internal import Glibc

/// The keys that lead from one known name to another, found by a hash. Its memory belongs to the index that made it.
struct KeyTable {
  /// A key that leads on.
  struct Edge {
    let from: Int32
    let to: Int32
    /// True where further keys lead on from there.
    let leadsOn: Bool
    fileprivate let length: Int32
    fileprivate let first: UInt64
    fileprivate let last: UInt64
    fileprivate let text: UnsafePointer<UInt8>
  }

  let nameCount: Int
  private let edgeCount: Int
  private let edges: UnsafeMutablePointer<Edge>
  private let text: UnsafeMutablePointer<UInt8>
  /// Sixteen bits of the hash, and the edge's place and 1; 0 for an empty slot. Small, so that it stays in the cache.
  private let slots: UnsafeMutablePointer<UInt32>
  private let shift: UInt64
  private let mask: Int

  /// So many edges can be told apart by a slot; names that those behind them lead to are not known here.
  private static let maximumEdges = 0xFFFF

  init(_ graph: (count: Int, edges: [KnownPaths.Edge])) {
    let all = graph.edges
    let nameCount =
      all.count <= Self.maximumEdges ? graph.count : Int(all[Self.maximumEdges...].map(\.to).min() ?? 0)
    self.nameCount = nameCount
    // They stand in the order of the names that they lead to.
    edgeCount = all.prefix { Int($0.to) < nameCount }.count
    edges = .allocate(capacity: max(1, edgeCount))
    // Eight bytes more than there are, so that a word can be read at any of them.
    let textCount = all.reduce(8) { $0 + $1.key.count }
    text = .allocate(capacity: textCount)
    text.initialize(repeating: 0, count: textCount)
    var size = 64
    while size < edgeCount * 2 { size *= 2 }
    mask = size - 1
    shift = UInt64(64 - size.trailingZeroBitCount)
    slots = .allocate(capacity: size)
    slots.initialize(repeating: 0, count: size)
    let leadingOn = Set(all.map(\.from))
    var start = text
    for (place, edge) in all.prefix(edgeCount).enumerated() {
      for (offset, byte) in edge.key.enumerated() { start[offset] = byte }
      let (first, last) = Self.words(start, edge.key.count)
      (edges + place).initialize(
        to: Edge(
          from: edge.from, to: edge.to, leadsOn: leadingOn.contains(edge.to), length: Int32(edge.key.count),
          first: first, last: last, text: UnsafePointer(start)))
      let hash = Self.hash(first, last, edge.key.count, edge.from)
      var at = Int(hash >> shift)
      while slots[at] != 0 { at = (at + 1) & mask }
      slots[at] = UInt32(truncatingIfNeeded: hash & 0xFFFF) << 16 | UInt32(place + 1)
      start += edge.key.count
    }
  }

  func deallocate() {
    edges.deallocate()
    text.deallocate()
    slots.deallocate()
  }

  /// The place of the edge that a key is, in an object that stands for the name `from`; -1 where no name goes on so.
  ///
  /// - Parameter key: behind its first byte there are seven more that may be read.
  func place(from: Int32, _ key: UnsafePointer<UInt8>, _ length: Int) -> Int {
    let (first, last) = Self.words(key, length)
    let hash = Self.hash(first, last, length, from)
    let tag = UInt32(truncatingIfNeeded: hash & 0xFFFF)
    var at = Int(hash >> shift)
    while slots[at] != 0 {
      if slots[at] >> 16 == tag {
        let place = Int(slots[at] & 0xFFFF) - 1
        let edge = edges + place
        if edge.pointee.from == from, Int(edge.pointee.length) == length, edge.pointee.first == first,
          edge.pointee.last == last, length <= 16 || memcmp(key, edge.pointee.text, length) == 0
        {
          return place
        }
      }
      at = (at + 1) & mask
    }
    return -1
  }

  @inline(__always)
  subscript(place: Int) -> Edge { edges[place] }

  /// The first eight bytes and the last eight; of a shorter key all of it, and 0.
  @inline(__always)
  fileprivate static func words(_ key: UnsafePointer<UInt8>, _ length: Int) -> (first: UInt64, last: UInt64) {
    let raw = UnsafeRawPointer(key)
    let first = raw.loadUnaligned(as: UInt64.self).littleEndian
    guard length < 8 else {
      return (first, raw.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self).littleEndian)
    }
    return (first & ((1 << UInt64(length * 8)) &- 1), 0)
  }

  /// The keys come from formats and the configuration, so no document can make a search long.
  @inline(__always)
  private static func hash(_ first: UInt64, _ last: UInt64, _ length: Int, _ from: Int32) -> UInt64 {
    var word = first ^ (last << 29 | last >> 35)
    word ^= UInt64(truncatingIfNeeded: length) << 58 ^ UInt64(truncatingIfNeeded: from) << 40
    word = word &* 0x9E37_79B9_7F4A_7C15
    word ^= word >> 32
    return word &* 0xD6E8_FEB8_6659_FD93
  }
}
