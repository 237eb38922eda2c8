/// Follows JSON's grammar through bytes that come in pieces, to find where a value ends, or the first byte that makes
/// sure that it cannot be one.
///
/// It checks the order of tokens and the nesting. What is inside a string, a number or a word is left to the parser; only
/// a raw line feed in a string counts, for it is where a broken line ends.
struct JSONScanner: Sendable {
  enum Outcome: Equatable {
    /// All bytes were taken and the value is not over.
    case more
    /// The value ends before this index.
    case complete(Int)
    /// The byte at this index cannot be there.
    case broken(Int)
  }

  /// As deep as the parser goes: what is nested more deeply is refused here so that the line is known to be broken.
  static let maximumDepth = 1024

  /// Line feeds seen since `begin`.
  private(set) var newlines = 0

  /// The offset behind the last line feed seen since `begin`; nil where there was none.
  private(set) var lastLineStart: Int64?

  private var state = State.value
  private var stringIsKey = false
  private var depth = 0
  private var allowsLoose = false
  /// One bit for each level: 1 for an array.
  private var levels = [UInt64](repeating: 0, count: (maximumDepth + 63) / 64)

  private enum State: UInt8 {
    case value, elementOrEnd, keyOrEnd, key, colon, separator, string, escape, scalar
    /// After a mistake inside one line: only brackets and strings still count.
    case loose, looseString, looseEscape
  }

  /// Gets ready for a new value.
  ///
  /// - Parameter toleratingMistakes: after a mistake on the value's first line, go on to the bracket that closes the value
  ///   where there is one on that line, instead of calling it broken.
  mutating func begin(toleratingMistakes: Bool = false) {
    newlines = 0
    lastLineStart = nil
    state = .value
    depth = 0
    allowsLoose = toleratingMistakes
  }

  /// Gets ready for the rest of an object, behind one of its values.
  mutating func beginInsideObject() {
    begin()
    depth = 1
    setLevel(1, isArray: false)
    state = .separator
  }

  /// True where the end of the input would end the value: it is a number or a word, which nothing closes.
  var endsWithInput: Bool { depth == 0 && state == .scalar }

  /// Takes the bytes from `start` on.
  ///
  /// - Parameter origin: the offset of the first byte of `bytes` in the source.
  mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, origin: Int64) -> Outcome {
    var at = start
    let end = bytes.count
    while at < end {
      let byte = bytes[at]
      switch state {
      case .string:
        while at < end, !bytes[at].isSpecialInString { at += 1 }
        guard at < end else { return .more }
        switch bytes[at] {
        case UInt8(ascii: "\\"): state = .escape
        case UInt8(ascii: "\n"): return .broken(at)
        default:
          if stringIsKey {
            state = .colon
          } else if depth == 0 {
            return .complete(at + 1)
          } else {
            state = .separator
          }
        }
        at += 1
        continue
      case .escape:
        if byte == UInt8(ascii: "\n") { return .broken(at) }
        state = .string
        at += 1
        continue
      case .scalar:
        if byte.isScalarByte {
          at += 1
          continue
        }
        if depth == 0 { return .complete(at) }
        state = .separator
      case .loose, .looseString, .looseEscape:
        return scanLoosely(bytes, from: at)
      default:
        break
      }

      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") {
        at += 1
        continue
      }
      if byte == UInt8(ascii: "\n") {
        at += 1
        newlines += 1
        lastLineStart = origin + Int64(at)
        continue
      }
      switch take(byte) {
      case .fits: at += 1
      case .closes: return .complete(at + 1)
      case .misfits:
        guard allowsLoose, newlines == 0, depth > 0 else { return .broken(at) }
        state = .loose
      }
    }
    return .more
  }

  private enum Step { case fits, closes, misfits }

  /// Takes one byte between strings and scalars that is not white space.
  private mutating func take(_ byte: UInt8) -> Step {
    switch (state, byte) {
    case (.separator, UInt8(ascii: ",")):
      state = isInArray ? .value : .key
    case (.separator, UInt8(ascii: "}")), (.keyOrEnd, UInt8(ascii: "}")):
      guard !isInArray else { return .misfits }
      return close()
    case (.separator, UInt8(ascii: "]")), (.elementOrEnd, UInt8(ascii: "]")):
      guard isInArray else { return .misfits }
      return close()
    case (.colon, UInt8(ascii: ":")):
      state = .value
    case (.key, UInt8(ascii: "\"")), (.keyOrEnd, UInt8(ascii: "\"")):
      stringIsKey = true
      state = .string
    case (.value, UInt8(ascii: "\"")), (.elementOrEnd, UInt8(ascii: "\"")):
      stringIsKey = false
      state = .string
    case (.value, UInt8(ascii: "{")), (.elementOrEnd, UInt8(ascii: "{")):
      guard open(isArray: false) else { return .misfits }
      state = .keyOrEnd
    case (.value, UInt8(ascii: "[")), (.elementOrEnd, UInt8(ascii: "[")):
      guard open(isArray: true) else { return .misfits }
      state = .elementOrEnd
    case (.value, _) where byte.beginsScalar, (.elementOrEnd, _) where byte.beginsScalar:
      state = .scalar
    default:
      return .misfits
    }
    return .fits
  }

  private mutating func scanLoosely(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Outcome {
    var at = start
    while at < bytes.count {
      let byte = bytes[at]
      switch (state, byte) {
      case (_, UInt8(ascii: "\n")): return .broken(at)
      case (.looseEscape, _): state = .looseString
      case (.looseString, UInt8(ascii: "\\")): state = .looseEscape
      case (.looseString, UInt8(ascii: "\"")): state = .loose
      case (.looseString, _): break
      case (_, UInt8(ascii: "\"")): state = .looseString
      case (_, UInt8(ascii: "{")), (_, UInt8(ascii: "[")):
        guard open(isArray: byte == UInt8(ascii: "[")) else { return .broken(at) }
      case (_, UInt8(ascii: "}")), (_, UInt8(ascii: "]")):
        guard isInArray == (byte == UInt8(ascii: "]")) else { return .broken(at) }
        depth -= 1
        if depth == 0 { return .complete(at + 1) }
      default: break
      }
      at += 1
    }
    return .more
  }

  private var isInArray: Bool { depth > 0 && levels[(depth - 1) / 64] >> UInt64((depth - 1) % 64) & 1 == 1 }

  private mutating func open(isArray: Bool) -> Bool {
    guard depth < Self.maximumDepth else { return false }
    depth += 1
    setLevel(depth, isArray: isArray)
    return true
  }

  private mutating func close() -> Step {
    depth -= 1
    state = .separator
    return depth == 0 ? .closes : .fits
  }

  private mutating func setLevel(_ level: Int, isArray: Bool) {
    let bit: UInt64 = 1 << UInt64((level - 1) % 64)
    if isArray { levels[(level - 1) / 64] |= bit } else { levels[(level - 1) / 64] &= ~bit }
  }
}

extension UInt8 {
  /// The bytes at which the scanner has to look inside a string: the quote, the backslash and the line feed.
  fileprivate var isSpecialInString: Bool {
    self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") || self == UInt8(ascii: "\n")
  }

  fileprivate var beginsScalar: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "t"), UInt8(ascii: "f"),
      UInt8(ascii: "n"):
      true
    default: false
    }
  }

  fileprivate var isScalarByte: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
