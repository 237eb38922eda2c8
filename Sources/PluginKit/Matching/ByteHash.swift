/// A fast hash of bytes, for tables whose keys the person who configures Weir chose. Not for keys an attacker adds.
enum ByteHash {
  /// Multiplier from wyhash (https://github.com/wangyi-fudan/wyhash, public domain).
  private static let multiplier: UInt64 = 0xa076_1d64_78bd_642f

  static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = mix(UInt64(truncatingIfNeeded: bytes.count) ^ 0xe703_7ed1_a0b4_28db)
    var at = 0
    while at + 8 <= bytes.count {
      hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      at += 8
    }
    if at + 4 <= bytes.count {
      hash = mix(hash ^ UInt64(bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
      at += 4
    }
    var tail: UInt64 = 0
    while at < bytes.count {
      tail = tail << 8 | UInt64(bytes[at])
      at += 1
    }
    return mix(hash ^ tail)
  }

  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: multiplier)
    return product.high ^ product.low ^ value
  }
}
