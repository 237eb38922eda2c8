internal import Glibc

/// Numbers byte strings in the order in which they came, and finds the number of one again.
///
/// All keys lie in one buffer; a look-up hashes the bytes and compares with one key, or a few, whatever the number of
/// keys. Keys are compared byte for byte.
public struct KeyIndex: Sendable {
  private struct Slot {
    var hash: UInt32 = 0
    /// The key's number and 1; 0 for an empty slot.
    var number: UInt32 = 0
  }

  private var slots: [Slot]
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  /// - Parameter capacity: for how many keys to reserve room.
  public init(capacity: Int = 0) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    slots = Array(repeating: Slot(), count: size)
    ends.reserveCapacity(capacity)
  }

  /// How many keys there are.
  public var count: Int { ends.count }

  /// The number of the key, from 0, and whether it is new.
  @discardableResult
  public mutating func insert(_ key: UnsafeRawBufferPointer) -> (number: Int, isNew: Bool) {
    if (ends.count + 1) * 2 > slots.count { grow() }
    let hash = ByteHash.hash(key)
    let (place, found) = locate(key, hash)
    if let found { return (found, false) }
    bytes.append(contentsOf: key)
    ends.append(bytes.count)
    slots[place] = Slot(hash: UInt32(truncatingIfNeeded: hash >> 32), number: UInt32(ends.count))
    return (ends.count - 1, true)
  }

  /// The number of the key, from 0, and whether it is new.
  @discardableResult
  public mutating func insert(_ key: some StringProtocol) -> (number: Int, isNew: Bool) {
    key.utf8.withContiguousStorageIfAvailable { insert(UnsafeRawBufferPointer($0)) }
      ?? Array(key.utf8).withUnsafeBytes { insert($0) }
  }

  /// The number of the key; nil where it was not inserted.
  public func number(of key: UnsafeRawBufferPointer) -> Int? {
    ends.isEmpty ? nil : locate(key, ByteHash.hash(key)).found
  }

  /// The number of the key; nil where it was not inserted.
  public func number(of key: some StringProtocol) -> Int? {
    if let number = key.utf8.withContiguousStorageIfAvailable({ number(of: UnsafeRawBufferPointer($0)) }) {
      return number
    }
    return Array(key.utf8).withUnsafeBytes { number(of: $0) }
  }

  /// Calls `body` with the bytes of the key of that number.
  public func withKey<Result>(_ number: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    let start = number == 0 ? 0 : ends[number - 1]
    return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start..<ends[number]])) }
  }

  /// The key of that number as text.
  public func text(_ number: Int) -> String {
    withKey(number) { String(decoding: $0, as: UTF8.self) }
  }

  private func locate(_ key: UnsafeRawBufferPointer, _ hash: UInt64) -> (place: Int, found: Int?) {
    let mask = slots.count - 1
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    return slots.withUnsafeBufferPointer { slots in
      bytes.withUnsafeBytes { bytes in
        ends.withUnsafeBufferPointer { ends in
          var place = Int(truncatingIfNeeded: hash) & mask
          while slots[place].number != 0 {
            if slots[place].hash == tag {
              let number = Int(slots[place].number) - 1
              let start = number == 0 ? 0 : ends[number - 1]
              if ends[number] - start == key.count, Self.areEqual(bytes, start, key) { return (place, number) }
            }
            place = (place + 1) & mask
          }
          return (place, nil)
        }
      }
    }
  }

  @inline(__always)
  private static func areEqual(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ key: UnsafeRawBufferPointer) -> Bool {
    guard key.count > 0, let ours = bytes.baseAddress, let theirs = key.baseAddress else { return true }
    return memcmp(ours + start, theirs, key.count) == 0
  }

  private mutating func grow() {
    var larger = Array(repeating: Slot(), count: slots.count * 2)
    let mask = larger.count - 1
    for number in 0..<ends.count {
      let hash = withKey(number) { ByteHash.hash($0) }
      var place = Int(truncatingIfNeeded: hash) & mask
      while larger[place].number != 0 { place = (place + 1) & mask }
      larger[place] = Slot(hash: UInt32(truncatingIfNeeded: hash >> 32), number: UInt32(number + 1))
    }
    slots = larger
  }
}
