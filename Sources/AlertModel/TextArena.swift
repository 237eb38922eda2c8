/// Memory for text that is worked out while an alert is looked at; taken back when the next alert comes.
public final class TextArena {
  private var text: [UInt8] = []
  private var blocks: [UnsafeMutableRawBufferPointer] = []
  private var current = 0
  private var used = 0

  /// Bytes of one block. Longer texts get a block of their own size.
  private static let blockSize = 16 * 1024

  public init() {}

  deinit {
    for block in blocks { block.deallocate() }
  }

  /// Forgets everything that was kept; the memory stays for the next alert.
  public func reset() {
    current = 0
    used = 0
  }

  /// Keeps the text that `write` appends; it is valid until `reset`.
  func keep(_ kind: FieldValue.Kind, _ write: (inout [UInt8]) -> Void) -> FieldValue {
    text.removeAll(keepingCapacity: true)
    write(&text)
    let place = reserve(text.count)
    text.withUnsafeBytes { place.copyMemory(from: $0) }
    return FieldValue(kind: kind, bytes: UnsafeRawBufferPointer(place))
  }

  private func reserve(_ count: Int) -> UnsafeMutableRawBufferPointer {
    while current < blocks.count {
      if blocks[current].count - used >= count {
        defer { used += count }
        return UnsafeMutableRawBufferPointer(rebasing: blocks[current][used..<used + count])
      }
      current += 1
      used = 0
    }
    blocks.append(.allocate(byteCount: max(count, Self.blockSize), alignment: 8))
    used = count
    return UnsafeMutableRawBufferPointer(rebasing: blocks[current][..<count])
  }
}
