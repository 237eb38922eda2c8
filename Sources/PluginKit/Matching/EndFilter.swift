/// Rules most byte strings out that are none of some keys, by their lengths and last bytes.
struct EndFilter: Sendable {
  /// A bit for each hash of an end.
  private let bits: [UInt64]
  private let shift: UInt64

  init(_ keys: KeyIndex) {
    // Eight bits or more for each key, so that one foreign string in eight gets through at the most, if ends differ.
    var size: UInt64 = 6
    while 1 << size < keys.count * 8 { size += 1 }
    shift = 64 - size
    var bits = [UInt64](repeating: 0, count: 1 << (size - 6))
    for number in 0..<keys.count {
      let bit = keys.withKey(number, Self.hash) >> shift
      bits[Int(bit >> 6)] |= 1 << (bit & 63)
    }
    self.bits = bits
  }

  /// False for what is none of the keys; true where it may be one.
  @inline(__always)
  func mayHave(_ key: UnsafeRawBufferPointer) -> Bool {
    let bit = Self.hash(key) >> shift
    return (bits[Int(bit >> 6)] >> (bit & 63)) & 1 == 1
  }

  @inline(__always)
  private static func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
    let count = UInt64(truncatingIfNeeded: key.count)
    guard key.count >= 8 else { return ByteHash.mix(ByteHash.shortWord(key) ^ count) }
    let end = key.loadUnaligned(fromByteOffset: key.count - 8, as: UInt64.self)
    guard key.count >= 16 else { return ByteHash.mix(end ^ count) }
    // Names of sessions often end in the same domain.
    let before = key.loadUnaligned(fromByteOffset: key.count - 16, as: UInt64.self)
    return ByteHash.mix(ByteHash.mix(before ^ count) ^ end)
  }
}
