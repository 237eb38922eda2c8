extension [UInt8] {
  /// Appends a number in decimal, without the detour over a `String`.
  public mutating func appendDecimal(_ number: Int64) {
    if number < 0 { append(UInt8(ascii: "-")) }
    // The largest has 19 digits.
    withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
      var first = digits.count
      var rest = number.magnitude
      repeat {
        first -= 1
        digits[first] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      } while rest > 0
      append(contentsOf: UnsafeRawBufferPointer(rebasing: digits[first...]))
    }
  }

  /// Appends a byte as two hexadecimal digits, in lower case.
  public mutating func append(hexadecimal byte: UInt8) {
    append(hexDigit: byte >> 4)
    append(hexDigit: byte & 15)
  }

  /// Appends a digit of 0 to 15, in lower case.
  mutating func append(hexDigit value: UInt8) {
    append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
  }

  /// Appends bytes from elsewhere in memory. `append(contentsOf:)` asks a sequence first how it wants to be copied, which
  /// costs more than to copy a field.
  @inline(__always)
  package mutating func append(copyOf source: UnsafeRawBufferPointer) {
    append(addingCapacity: source.count) { room in
      room.withUnsafeMutableBufferPointer { memory, count in
        UnsafeMutableRawBufferPointer(memory).copyMemory(from: source)
        count = source.count
      }
    }
  }
}
