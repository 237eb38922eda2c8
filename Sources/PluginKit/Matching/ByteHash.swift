/// A fast hash of bytes, for tables whose keys the person who configures Weir chose. Not for keys an attacker adds.
enum ByteHash {
  /// Multiplier from wyhash (https://github.com/wangyi-fudan/wyhash, public domain).
  private static let multiplier: UInt64 = 0xa076_1d64_78bd_642f

  static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let count = bytes.count
    var hash = mix(UInt64(truncatingIfNeeded: count) ^ 0xe703_7ed1_a0b4_28db)
    guard count >= 8 else { return mix(hash ^ shortWord(bytes)) }
    var at = 0
    while at + 8 < count {
      hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      at += 8
    }
    // The last eight, some of which may have been in the word before.
    return mix(hash ^ bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
  }

  /// At most seven bytes as one word.
  static func shortWord(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    guard bytes.count < 4 else {
      let first = bytes.loadUnaligned(as: UInt32.self)
      let last = bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self)
      return UInt64(first) << 32 | UInt64(last)
    }
    return bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: multiplier)
    return product.high ^ product.low ^ value
  }
}
