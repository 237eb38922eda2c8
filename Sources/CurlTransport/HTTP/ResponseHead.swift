/// The header lines of a response.
struct ResponseHead {
  /// Names in lower case.
  private(set) var headers: [(name: String, value: String)] = []
  private var size = 0

  /// How many bytes of header lines are kept; what comes after is dropped.
  static let sizeLimit = 64 << 10

  /// Takes one line, with its line break. A status line begins a new response: those before were interim (1xx).
  mutating func append(line: UnsafeRawBufferPointer) {
    if line.starts(with: "HTTP/".utf8) {
      headers.removeAll(keepingCapacity: true)
      size = 0
      return
    }
    size += line.count
    guard size <= Self.sizeLimit, let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
    let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
    let value = line[(colon + 1)...].trimmingSpace()
    headers.append((name, String(decoding: value, as: UTF8.self)))
  }
}

extension Slice<UnsafeRawBufferPointer> {
  /// Without spaces, tabs and line breaks at both ends.
  fileprivate func trimmingSpace() -> Slice<UnsafeRawBufferPointer> {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
    let start = drop(while: isSpace)
    guard let last = start.lastIndex(where: { !isSpace($0) }) else { return start.prefix(0) }
    return start[...last]
  }
}
