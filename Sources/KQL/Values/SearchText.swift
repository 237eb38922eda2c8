internal import Glibc

/// A text to be found in others, in time linear in their length whatever they hold (Knuth, Morris and Pratt).
struct SearchText: Sendable {
  private let text: [UInt8]
  /// By how many bytes have matched: how many still match when the next one does not.
  private let fallback: [Int]

  /// - Parameter text: at least one byte.
  init(_ text: [UInt8]) {
    self.text = text
    var fallback = [0, 0]
    var matched = 0
    for byte in text.dropFirst() {
      while matched > 0, text[matched] != byte { matched = fallback[matched] }
      if text[matched] == byte { matched += 1 }
      fallback.append(matched)
    }
    self.fallback = fallback
  }

  /// The offset behind the first place where the text stands.
  func firstEnd(in other: UnsafeRawBufferPointer) -> Int? {
    guard let start = other.baseAddress else { return nil }
    var at = 0
    var matched = 0
    while at < other.count {
      if matched == 0 {
        guard other.count - at >= text.count, let found = memchr(start + at, Int32(text[0]), other.count - at) else {
          return nil
        }
        at = UnsafeRawPointer(found) - start + 1
        matched = 1
      } else if other[at] == text[matched] {
        at += 1
        matched += 1
      } else {
        matched = fallback[matched]
      }
      if matched == text.count { return at }
    }
    return nil
  }
}
