internal import Glibc

/// Text with `*` for any run of bytes, line breaks as well. Matching takes time linear in the text.
struct WildcardPattern: Sendable {
  private let prefix: [UInt8]
  private let suffix: [UInt8]
  /// What must come between, in this order; none is empty.
  private let middle: [SearchText]

  init(_ pattern: KQLPattern) {
    let segments = pattern.segments.map { Array($0.utf8) }
    prefix = segments.first ?? []
    suffix = segments.dropFirst().last ?? []
    middle = segments.dropFirst().dropLast().filter { !$0.isEmpty }.map(SearchText.init)
  }

  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.count >= prefix.count + suffix.count, text.begins(with: prefix), text.ends(with: suffix) else {
      return false
    }
    guard !middle.isEmpty else { return true }
    // The leftmost place for each is as good as any other.
    var rest = UnsafeRawBufferPointer(rebasing: text[prefix.count..<(text.count - suffix.count)])
    for segment in middle {
      guard let end = segment.firstEnd(in: rest) else { return false }
      rest = UnsafeRawBufferPointer(rebasing: rest[end...])
    }
    return true
  }
}

extension UnsafeRawBufferPointer {
  @inline(__always)
  func begins(with other: [UInt8]) -> Bool {
    guard count >= other.count else { return false }
    guard !other.isEmpty, let start = baseAddress else { return other.isEmpty }
    return other.withUnsafeBytes { memcmp(start, $0.baseAddress.unsafelyUnwrapped, other.count) == 0 }
  }

  @inline(__always)
  func ends(with other: [UInt8]) -> Bool {
    guard count >= other.count else { return false }
    return UnsafeRawBufferPointer(rebasing: self[(count - other.count)...]).begins(with: other)
  }

  /// Less than, equal to or greater than zero, by the bytes from the left: for UTF-8 the order of the code points.
  func compared(with other: [UInt8]) -> Int {
    let common = Swift.min(count, other.count)
    if common > 0, let start = baseAddress {
      let order = other.withUnsafeBytes { memcmp(start, $0.baseAddress.unsafelyUnwrapped, common) }
      if order != 0 { return Int(order) }
    }
    return count - other.count
  }
}
