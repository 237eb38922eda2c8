internal import AlertModel

/// Values of which a field must equal one: found by a hash of the text, however many there are.
struct LiteralSet: Sendable {
  private let literals: [Literal]
  /// Open addressing; -1 is empty. The count is a power of two.
  private let table: [Int32]
  private let lengths: ClosedRange<Int>
  /// Those that can equal what is not the same text; they are compared one by one.
  private let others: [Literal]

  init(_ literals: [Literal]) {
    self.literals = literals
    others = literals.filter(\.equalsOtherTexts)
    let counts = literals.map(\.text.count)
    lengths = (counts.min() ?? 0)...(counts.max() ?? 0)
    var size = 8
    while size < literals.count * 2 { size *= 2 }
    var table = [Int32](repeating: -1, count: size)
    for (index, literal) in literals.enumerated() {
      var place = literal.text.withUnsafeBytes(Self.hash) & (size - 1)
      while table[place] >= 0 { place = (place + 1) & (size - 1) }
      table[place] = Int32(index)
    }
    self.table = table
  }

  var dependsOnNow: Bool { others.contains(where: \.dependsOnNow) }

  func contains(_ value: FieldValue, now: Timestamp) -> Bool {
    guard value.isScalar else { return false }
    if value.withText(containsText) { return true }
    guard !others.isEmpty else { return false }
    for literal in others where literal.equalsOtherwise(value, now: now) { return true }
    return false
  }

  private func containsText(_ text: UnsafeRawBufferPointer) -> Bool {
    guard lengths.contains(text.count) else { return false }
    var place = Self.hash(text) & (table.count - 1)
    while case let index = table[place], index >= 0 {
      if literals[Int(index)].text.withUnsafeBytes({ $0.hasSameBytes(as: text) }) { return true }
      place = (place + 1) & (table.count - 1)
    }
    return false
  }

  /// FNV-1a. The table's contents come from the configuration, so an alert cannot make it slow.
  private static func hash(_ text: UnsafeRawBufferPointer) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int(truncatingIfNeeded: hash ^ hash >> 32) & Int.max
  }
}
