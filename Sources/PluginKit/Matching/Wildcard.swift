internal import Glibc

/// Patterns in which `*` stands for any bytes, none included. There are no escapes: every `*` is a wildcard.
public enum Wildcard {
  /// True where the pattern holds a `*`.
  public static func isPattern(_ pattern: UnsafeRawBufferPointer) -> Bool {
    pattern.contains(UInt8(ascii: "*"))
  }

  /// True where all of `value` is what `pattern` describes. Takes time in proportion to the value's length, and at the
  /// worst to that of the longest text between two stars as well: whoever configures Weir writes the pattern.
  public static func matches(_ pattern: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
    let star = UInt8(ascii: "*")
    guard let first = pattern.firstIndex(of: star), let last = pattern.lastIndex(of: star) else {
      return pattern.count == value.count && isSame(pattern, at: 0, value, at: 0, pattern.count)
    }
    let suffix = pattern.count - last - 1
    guard first + suffix <= value.count, isSame(pattern, at: 0, value, at: 0, first),
      isSame(pattern, at: last + 1, value, at: value.count - suffix, suffix)
    else { return false }
    // What stands between two stars must come in this order in what is left; the first place it is found at will do.
    var at = first
    var start = first + 1
    while start < last {
      var end = start
      while pattern[end] != star { end += 1 }
      if end > start {
        let rest = UnsafeRawBufferPointer(rebasing: value[at..<(value.count - suffix)])
        guard let found = find(UnsafeRawBufferPointer(rebasing: pattern[start..<end]), in: rest) else { return false }
        at += found + end - start
      }
      start = end + 1
    }
    return true
  }

  /// The same for texts.
  public static func matches(_ pattern: String, _ value: String) -> Bool {
    Array(pattern.utf8).withUnsafeBytes { pattern in
      Array(value.utf8).withUnsafeBytes { matches(pattern, $0) }
    }
  }

  @inline(__always)
  private static func isSame(
    _ left: UnsafeRawBufferPointer, at leftStart: Int, _ right: UnsafeRawBufferPointer, at rightStart: Int, _ count: Int
  ) -> Bool {
    guard count > 0, let ours = left.baseAddress, let theirs = right.baseAddress else { return true }
    return memcmp(ours + leftStart, theirs + rightStart, count) == 0
  }

  /// Where `piece`, which is not empty, stands first.
  private static func find(_ piece: UnsafeRawBufferPointer, in value: UnsafeRawBufferPointer) -> Int? {
    guard let start = value.baseAddress, let needle = piece.baseAddress else { return nil }
    var at = 0
    while at + piece.count <= value.count {
      guard let next = memchr(start + at, Int32(piece[0]), value.count - piece.count - at + 1) else { return nil }
      at = UnsafeRawPointer(next) - start
      if memcmp(next, needle, piece.count) == 0 { return at }
      at += 1
    }
    return nil
  }
}
