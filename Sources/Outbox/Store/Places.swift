/// Which alerts of a segment are meant: a set of places, kept as ranges, since nearly always they are neighbours.
struct Places: Sendable, Equatable {
  /// Ascending, apart from each other, none empty.
  private(set) var ranges: [Range<Int32>] = []

  init() {}

  init(_ range: Range<Int32>) {
    if !range.isEmpty { ranges = [range] }
  }

  /// - Parameter places: ascending; repeats are dropped.
  init(_ places: some Sequence<Int32>) {
    for place in places { append(place) }
  }

  var isEmpty: Bool { ranges.isEmpty }
  var count: Int { ranges.reduce(0) { $0 + $1.count } }
  var first: Int32? { ranges.first?.lowerBound }
  var all: [Int32] { ranges.flatMap { Array($0) } }

  /// True where no place is at or above `count`.
  func isBelow(_ count: Int) -> Bool { Int(ranges.last?.upperBound ?? 0) <= count }

  func contains(_ place: Int32) -> Bool { ranges.contains { $0.contains(place) } }

  /// Adds a place that is not below any that is there.
  mutating func append(_ place: Int32) {
    guard let last = ranges.last else { return ranges.append(place..<place + 1) }
    if place < last.upperBound { return }
    if place == last.upperBound {
      ranges[ranges.count - 1] = last.lowerBound..<place + 1
    } else {
      ranges.append(place..<place + 1)
    }
  }

  /// Takes the first `count` places out.
  mutating func removeFirst(_ count: Int) -> Places {
    var taken = Places()
    var left = count
    var used = 0
    while left > 0, used < ranges.count {
      let range = ranges[used]
      if range.count <= left {
        taken.ranges.append(range)
        left -= range.count
        used += 1
      } else {
        let middle = range.lowerBound + Int32(left)
        taken.ranges.append(range.lowerBound..<middle)
        ranges[used] = middle..<range.upperBound
        left = 0
      }
    }
    ranges.removeFirst(used)
    return taken
  }

  func subtracting(_ other: Places) -> Places {
    guard !other.isEmpty else { return self }
    var result = Places()
    var next = 0
    for range in ranges {
      var low = range.lowerBound
      while next < other.ranges.count, other.ranges[next].upperBound <= low { next += 1 }
      var at = next
      while at < other.ranges.count, other.ranges[at].lowerBound < range.upperBound {
        let hole = other.ranges[at]
        if hole.lowerBound > low { result.ranges.append(low..<hole.lowerBound) }
        low = max(low, hole.upperBound)
        at += 1
      }
      if low < range.upperBound { result.ranges.append(low..<range.upperBound) }
    }
    return result
  }

  func intersection(_ other: Places) -> Places { subtracting(subtracting(other)) }

  mutating func formUnion(_ other: Places) { self = union(other) }

  func union(_ other: Places) -> Places {
    if isEmpty { return other }
    if other.isEmpty { return self }
    var result = Places()
    for range in (ranges + other.ranges).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.ranges.last, range.lowerBound <= last.upperBound {
        result.ranges[result.ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        result.ranges.append(range)
      }
    }
    return result
  }
}

extension Places {
  /// As stored: for each range the gap before it and its length, both as LEB128 numbers; or, where that is shorter, a
  /// bitmap. The first byte says which: 0 ranges, 1 bitmap.
  var encoded: [UInt8] {
    var bytes: [UInt8] = [0]
    let bitmapSize = (Int(ranges.last?.upperBound ?? 0) + 7) / 8 + 1
    var end: Int32 = 0
    for range in ranges {
      Self.append(UInt32(range.lowerBound - end), to: &bytes)
      Self.append(UInt32(range.count), to: &bytes)
      end = range.upperBound
      if bytes.count > bitmapSize { return bitmap(size: bitmapSize) }
    }
    return bytes
  }

  /// Nil where the bytes are damaged.
  init?(encoded bytes: some Collection<UInt8>) {
    guard let kind = bytes.first else { return nil }
    var rest = bytes.dropFirst()
    if kind == 1 {
      var place: Int32 = 0
      for byte in rest {
        for bit in 0..<8 where byte >> bit & 1 == 1 { append(place + Int32(bit)) }
        place += 8
      }
      return
    }
    guard kind == 0 else { return nil }
    var end: Int32 = 0
    while !rest.isEmpty {
      guard let gap = Self.number(&rest), let count = Self.number(&rest), count > 0,
        let low = Int32(exactly: Int(end) + gap), let high = Int32(exactly: Int(low) + count)
      else { return nil }
      ranges.append(low..<high)
      end = high
    }
  }

  private func bitmap(size: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    bytes[0] = 1
    for range in ranges {
      for place in range { bytes[1 + Int(place) / 8] |= 1 << (place % 8) }
    }
    return bytes
  }

  private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
    var number = number
    while number >= 0x80 {
      bytes.append(UInt8(number & 0x7F) | 0x80)
      number >>= 7
    }
    bytes.append(UInt8(number))
  }

  private static func number<Bytes: Collection<UInt8>>(_ bytes: inout Bytes) -> Int? where Bytes.SubSequence == Bytes {
    var value = 0
    var shift = 0
    while let byte = bytes.popFirst(), shift < 35 {
      value |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
