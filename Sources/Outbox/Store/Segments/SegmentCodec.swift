internal import AlertModel
internal import PluginKit

/// How the entries of a segment are stored: 32 bytes each, little-endian, a checksum of the alert's line among them, and
/// at the end a checksum of the entries themselves. SQLite finds damage to its own structure, not to what is stored.
enum SegmentCodec {
  static let entrySize = 32

  /// - Parameter lines: the parts of the block's bytes that are stored, one behind the other: entries say where an alert
  ///   is in what is stored.
  static func encode(_ block: AlertBlock, lines: [Range<Int>], formats: FormatNumbers) -> [UInt8] {
    let size = block.entries.count * entrySize
    return [UInt8](unsafeUninitializedCapacity: size + 4) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      block.bytes.withUnsafeBytes { bytes in
        var at = 0
        var (run, skipped) = (0, lines.first?.lowerBound ?? 0)
        for entry in block.entries {
          while run + 1 < lines.count, Int(entry.start) >= lines[run].upperBound {
            skipped += lines[run + 1].lowerBound - lines[run].upperBound
            run += 1
          }
          func put<Value: FixedWidthInteger>(_ value: Value) {
            raw.storeBytes(of: value.littleEndian, toByteOffset: at, as: Value.self)
            at += MemoryLayout<Value>.size
          }
          put(entry.start - UInt32(skipped))
          put(entry.count)
          put(entry.idStart - UInt32(skipped))
          put(entry.idCount)
          put(entry.time.nanoseconds)
          put(entry.severity.rawValue)
          put(UInt8(0))
          put(formats.stored(entry.table))
          put(Checksum.of(line(of: entry, in: bytes)))
        }
      }
      let sum = Checksum.of(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(raw)[..<size]))
      raw.storeBytes(of: sum.littleEndian, toByteOffset: size, as: UInt32.self)
      count = size + 4
    }
  }

  /// The entries, and the places of alerts whose bytes are not what was stored.
  ///
  /// - Returns: nil where the entries themselves are damaged.
  static func decode(
    _ raw: UnsafeRawBufferPointer, over bytes: [UInt8], formats: FormatNumbers
  ) -> (entries: [AlertBlock.Entry], damaged: Places)? {
    guard raw.count >= 4, (raw.count - 4) % entrySize == 0 else { return nil }
    let size = raw.count - 4
    let sum = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: size, as: UInt32.self))
    guard Checksum.of(UnsafeRawBufferPointer(rebasing: raw[..<size])) == sum else { return nil }
    var damaged = Places()
    var entries: [AlertBlock.Entry] = []
    entries.reserveCapacity(size / entrySize)
    bytes.withUnsafeBytes { bytes in
      for at in stride(from: 0, to: size, by: entrySize) {
        func get<Value: FixedWidthInteger>(_ offset: Int, _: Value.Type) -> Value {
          Value(littleEndian: raw.loadUnaligned(fromByteOffset: at + offset, as: Value.self))
        }
        var entry = AlertBlock.Entry(
          start: get(0, UInt32.self), count: get(4, UInt32.self), idStart: get(8, UInt32.self),
          idCount: get(12, UInt32.self), time: Timestamp(nanoseconds: get(16, Int64.self)),
          severity: Severity(rawValue: get(24, UInt8.self)) ?? .critical, table: formats.current(get(26, UInt16.self)))
        let isWhole =
          entry.line.upperBound <= bytes.count && entry.id.upperBound <= bytes.count
        if !isWhole || Checksum.of(line(of: entry, in: bytes)) != get(28, UInt32.self) {
          damaged.append(Int32(entries.count))
        }
        if !isWhole {
          (entry.start, entry.count, entry.idStart, entry.idCount) = (0, 0, 0, 0)
        }
        entries.append(entry)
      }
    }
    return (entries, damaged)
  }

  private static func line(of entry: AlertBlock.Entry, in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[entry.line])
  }
}

/// A checksum against accidental damage, at some bytes a cycle: four lanes of multiply and rotate in the manner of
/// xxHash (Yann Collet), folded to 32 bits. It is no defence against forgery.
enum Checksum {
  static func of(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { of($0) } }

  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let prime: UInt64 = 0x9E37_79B1_85EB_CA87
    // One by one: x86 multiplies 64-bit numbers faster than vectors of them.
    var (one, two, three, four) = (prime, 2 &* prime, 3 &* prime, 4 &* prime)
    var at = 0
    func mix(_ lane: UInt64, _ offset: Int) -> UInt64 {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + offset, as: UInt64.self))
      let product = (lane ^ word) &* prime
      return product ^ (product >> 29)
    }
    while at + 32 <= bytes.count {
      (one, two, three, four) = (mix(one, 0), mix(two, 8), mix(three, 16), mix(four, 24))
      at += 32
    }
    var sum = UInt64(bytes.count)
    for lane in [one, two, three, four] { sum = (sum ^ lane) &* prime ^ (sum >> 31) }
    while at < bytes.count {
      sum = (sum ^ UInt64(bytes[at])) &* prime
      sum ^= sum >> 29
      at += 1
    }
    sum ^= sum >> 32
    return UInt32(truncatingIfNeeded: sum)
  }
}
