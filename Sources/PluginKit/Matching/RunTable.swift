/// Finds patterns by a run of 8, 4, 2 or 1 of their literal bytes.
struct RunTable: Sendable {
  private struct Slot {
    var run: UInt64 = 0
    var start: UInt32 = 0
    /// How many patterns have this run; 0 for an empty slot.
    var count: UInt32 = 0
  }

  private let length: Int
  /// One bit for each hash of a run: most runs of a value are ruled out by it.
  private let filter: [UInt64]
  private let filterShift: UInt64
  private let slots: [Slot]
  private let numbers: [UInt32]

  /// - Returns: a table of those patterns that have a literal run of that length, nil where none has; and the others.
  static func make(length: Int, patterns: KeyIndex, _ candidates: [UInt32]) -> (table: RunTable?, rest: [UInt32]) {
    // How often each run occurs, by hash: an estimate is enough to choose by.
    let mask = (1 << 20) - 1
    var occurrences = [UInt16](repeating: 0, count: mask + 1)
    for number in candidates {
      patterns.withKey(Int(number)) { pattern in
        forEachLiteralRun(of: length, in: pattern) { run in
          let place = Int(truncatingIfNeeded: ByteHash.mix(run)) & mask
          if occurrences[place] < .max { occurrences[place] += 1 }
        }
      }
    }
    var chosen: [(run: UInt64, number: UInt32)] = []
    var rest: [UInt32] = []
    for number in candidates {
      var best: (run: UInt64, occurrences: UInt16)?
      patterns.withKey(Int(number)) { pattern in
        forEachLiteralRun(of: length, in: pattern) { run in
          let seen = occurrences[Int(truncatingIfNeeded: ByteHash.mix(run)) & mask]
          if best.map({ seen < $0.occurrences }) ?? true { best = (run, seen) }
        }
      }
      if let best { chosen.append((best.run, number)) } else { rest.append(number) }
    }
    return (chosen.isEmpty ? nil : RunTable(length: length, chosen), rest)
  }

  private init(length: Int, _ chosen: [(run: UInt64, number: UInt32)]) {
    self.length = length
    let sorted = chosen.sorted { ($0.run, $0.number) < ($1.run, $1.number) }
    numbers = sorted.map(\.number)
    var size = 16
    while size < sorted.count * 2 { size *= 2 }
    var slots = [Slot](repeating: Slot(), count: size)
    // Eight bits or more for each run, so that one foreign run in eight gets through at the most.
    let bits = max(12, (size * 4).trailingZeroBitCount)
    var filter = [UInt64](repeating: 0, count: 1 << (bits - 6))
    let shift = UInt64(64 - bits)
    var start = 0
    while start < sorted.count {
      var end = start + 1
      while end < sorted.count, sorted[end].run == sorted[start].run { end += 1 }
      let hash = ByteHash.mix(sorted[start].run)
      let bit = hash >> shift
      filter[Int(bit >> 6)] |= 1 << (bit & 63)
      var place = Int(truncatingIfNeeded: hash) & (size - 1)
      while slots[place].count != 0 { place = (place + 1) & (size - 1) }
      slots[place] = Slot(run: sorted[start].run, start: UInt32(start), count: UInt32(end - start))
      start = end
    }
    self.slots = slots
    self.filter = filter
    filterShift = shift
  }

  /// Calls `body` once with each pattern that shares its run with `value`, until it returns true.
  func forEachCandidate(in value: UnsafeRawBufferPointer, _ body: (UInt32) -> Bool) -> Bool {
    guard value.count >= length else { return false }
    let mask = slots.count - 1
    // A value may repeat a run as often as it likes. Mostly there is one or none.
    var firstSeen: Int?
    var alsoSeen: Set<Int> = []
    return slots.withUnsafeBufferPointer { slots in
      filter.withUnsafeBufferPointer { filter in
        for at in 0...(value.count - length) {
          let run = Self.run(of: length, in: value, at: at)
          let hash = ByteHash.mix(run)
          let bit = hash >> filterShift
          guard (filter[Int(bit >> 6)] >> (bit & 63)) & 1 == 1 else { continue }
          var place = Int(truncatingIfNeeded: hash) & mask
          while slots[place].count != 0 {
            if slots[place].run == run {
              if firstSeen == place || (firstSeen != nil && !alsoSeen.insert(place).inserted) { break }
              firstSeen = firstSeen ?? place
              let start = Int(slots[place].start)
              for index in start..<(start + Int(slots[place].count)) where body(numbers[index]) { return true }
              break
            }
            place = (place + 1) & mask
          }
        }
        return false
      }
    }
  }

  private static func forEachLiteralRun(
    of length: Int, in pattern: UnsafeRawBufferPointer, _ body: (UInt64) -> Void
  ) {
    var literal = 0
    for at in pattern.indices {
      literal = pattern[at] == UInt8(ascii: "*") ? 0 : literal + 1
      if literal >= length { body(run(of: length, in: pattern, at: at - length + 1)) }
    }
  }

  @inline(__always)
  private static func run(of length: Int, in bytes: UnsafeRawBufferPointer, at: Int) -> UInt64 {
    switch length {
    case 8: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    case 4: UInt64(bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
    case 2: UInt64(bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self))
    default: UInt64(bytes[at])
    }
  }
}
