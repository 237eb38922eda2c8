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
    nameCount =
      all.count <= Self.maximumEdges ? graph.count : Int(all[Self.maximumEdges...].map(\.to).min() ?? 0)
    edgeCount = min(all.count, Self.maximumEdges)
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
  /// - Parameters:
  ///   - key: behind its first byte there are seven more that may be read.
  ///   - guess: what the key at the same point of the document before was. Detectors write their alerts alike, so that
  ///     this is nearly always the answer, and saves the search.
  @inline(__always)
  func place(
    from: Int32, _ key: UnsafePointer<UInt8>, _ length: Int, guess: UnsafeMutablePointer<Guess>
  ) -> Int {
    let (first, last) = Self.words(key, length)
    if guess.pointee.first == first, guess.pointee.last == last, Int(guess.pointee.length) == length,
      guess.pointee.from == from, length <= 16 || guess.pointee.hasMiddle(of: key)
    {
      return Int(guess.pointee.place)
    }
    let place = search(from, key, length, first, last)
    if length <= Guess.longest {
      guess.pointee = Guess(first: first, last: last, length: Int32(length), from: from, place: Int32(place))
      if length > 16 { guess.pointee.keepMiddle(of: key) }
    }
    return place
  }

  /// A key that was looked for, and what was found.
  struct Guess {
    /// The longest key that is guessed: its ends are in two words, its middle in four.
    static let longest = 48

    var first: UInt64 = 0
    var last: UInt64 = 0
    var length: Int32 = -1
    var from: Int32 = -1
    var place: Int32 = -1
    private var middle = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))

    init() {}

    init(first: UInt64, last: UInt64, length: Int32, from: Int32, place: Int32) {
      self.first = first
      self.last = last
      self.length = length
      self.from = from
      self.place = place
    }

    @inline(__always)
    mutating func hasMiddle(of key: UnsafePointer<UInt8>) -> Bool {
      let count = Int(length) - 16
      return withUnsafeBytes(of: &middle) { kept in
        kept.baseAddress.map { memcmp($0, key + 8, count) == 0 } ?? false
      }
    }

    mutating func keepMiddle(of key: UnsafePointer<UInt8>) {
      let source = UnsafeRawBufferPointer(start: key + 8, count: Int(length) - 16)
      withUnsafeMutableBytes(of: &middle) { $0.copyMemory(from: source) }
    }
  }

  private func search(_ from: Int32, _ key: UnsafePointer<UInt8>, _ length: Int, _ first: UInt64, _ last: UInt64) -> Int
  {
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
  private static func words(_ key: UnsafePointer<UInt8>, _ length: Int) -> (first: UInt64, last: UInt64) {
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
