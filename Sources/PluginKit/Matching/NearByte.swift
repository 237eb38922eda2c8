extension UnsafeRawBufferPointer {
  /// Where the byte comes first, from `start` on; nil where it does not. For what stands near: it looks at eight bytes at a
  /// time and calls nothing.
  @inlinable @inline(__always)
  public func nearPlace(of byte: UInt8, from start: Int) -> Int? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var at = start
    while at + 8 <= count {
      // A byte is 0 where it was the one that is looked for; the lowest bit that is left belongs to the first.
      let word = UInt64(littleEndian: loadUnaligned(fromByteOffset: at, as: UInt64.self)) ^ ones &* UInt64(byte)
      let found = (word &- ones) & ~word & (ones &* 0x80)
      if found != 0 { return at + found.trailingZeroBitCount >> 3 }
      at += 8
    }
    while at < count {
      if self[at] == byte { return at }
      at += 1
    }
    return nil
  }
}
