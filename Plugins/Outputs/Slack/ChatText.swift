/// Writes text that comes from an alert, and is therefore an attacker's, into a chat message: as the inside of a JSON
/// string in which nothing is a mention, a link, or formatting.
///
/// Control characters are shown and not obeyed; what turns the direction of writing round becomes U+FFFD.
enum ChatText {
  /// What the text will be part of.
  enum Style {
    /// Slack's `plain_text`: nothing but `&`, `<` and `>` means anything (Slack, "Formatting text for app surfaces").
    case plain
    /// A Slack message's own `text`, in which bare addresses become links although it is no mrkdwn.
    case headline
    /// One line between backticks in Slack's mrkdwn.
    case code
    /// Markdown as Mattermost reads it, where bare addresses become links too.
    case markdown
    /// One line between backticks in Markdown, or where Mattermost shows plain text.
    case markdownCode

    fileprivate var isOneLine: Bool { self == .code || self == .markdownCode }
    fileprivate var isMarkdown: Bool { self == .markdown || self == .markdownCode }
    fileprivate var makesLinks: Bool { self == .markdown || self == .headline }
  }

  /// How much text there may be, after escaping.
  struct Limit {
    /// UTF-16 code units: never fewer than Unicode scalars or what a person calls characters, so safe for each of these.
    var characters: Int
    /// Bytes of JSON.
    var bytes = Int.max
  }

  /// Room for the note that says how much was left out.
  private static let noteRoom = 48

  /// Appends the text, or its beginning and how many characters were left out.
  ///
  /// - Parameter text: UTF-8.
  /// - Returns: false where something was left out.
  @discardableResult
  static func append(_ text: [UInt8], as style: Style, limit: Limit, to json: inout [UInt8]) -> Bool {
    let start = json.count
    var used = 0
    // The last place at which the note still had room.
    var cut = (at: 0, count: start)
    var at = 0
    let end = text.count
    while at < end {
      if used + noteRoom <= limit.characters, json.count - start + noteRoom <= limit.bytes { cut = (at, json.count) }
      // Most text is words. They are copied in one piece, as long as the note would still fit behind them.
      let room = min(limit.characters - used, limit.bytes - (json.count - start)) - noteRoom
      let words = lengthOfWords(in: text, from: at, most: room, style)
      if words > 0 {
        json.append(contentsOf: text[at..<at + words])
        used += words
        at += words
        continue
      }
      let byte = text[at]
      if byte < 0x80 {
        used += appendASCII(byte, at, of: text, style, to: &json)
        at += 1
      } else {
        let length = min(byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4, end - at)
        if isUnwelcome(text[at..<at + length]) {
          json.append(contentsOf: [0xEF, 0xBF, 0xBD])
        } else {
          json.append(contentsOf: text[at..<at + length])
        }
        used += length == 4 ? 2 : 1
        at += length
      }
      if used > limit.characters || json.count - start > limit.bytes {
        json.removeLast(json.count - cut.count)
        let left = text[cut.at...].count { $0 & 0xC0 != 0x80 }
        json.append(contentsOf: "… \(left) characters left out".utf8)
        return false
      }
    }
    return true
  }

  /// How many bytes from `start` on mean nothing: letters, digits, spaces, full stops and commas, and what ARNs and dates have
  /// besides; but for `www` where that begins a link, and for what Markdown makes of a number and a full stop.
  private static func lengthOfWords(in text: [UInt8], from start: Int, most: Int, _ style: Style) -> Int {
    let makesLinks = style.makesLinks
    return text.withUnsafeBufferPointer { text in
      let end = min(text.count, start + max(most, 0))
      var at = start
      words: while at < end {
        switch text[at] {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: ","):
          if makesLinks, beginsWebName(at, in: text) { break words }
        case UInt8(ascii: "."):
          if style == .markdown, endsListNumber(at, in: text) { break words }
        case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "_"):
          if makesLinks { break words }
        default: break words
        }
        at += 1
      }
      return at - start
    }
  }

  /// True for `www`: Mattermost makes links of names that begin with it.
  @inline(__always)
  private static func beginsWebName<Text: RandomAccessCollection<UInt8>>(_ at: Int, in text: Text) -> Bool
  where Text.Index == Int {
    let w = UInt8(ascii: "w")
    return text[at] | 0x20 == w && at + 2 < text.count && text[at + 1] | 0x20 == w && text[at + 2] | 0x20 == w
  }

  /// True for a letter or a digit of ASCII.
  @inline(__always)
  private static func isLetterOrDigit(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 }

  /// True for the full stop of `1.` at the beginning of a line, which makes a list of it.
  private static func endsListNumber<Text: RandomAccessCollection<UInt8>>(_ at: Int, in text: Text) -> Bool
  where Text.Index == Int {
    var first = at
    while first > 0, text[first - 1] &- 0x30 < 10 { first -= 1 }
    return first < at && isLineStart(first, in: text)
  }

  /// True where nothing but white space is before this in its line.
  private static func isLineStart<Text: RandomAccessCollection<UInt8>>(_ at: Int, in text: Text) -> Bool
  where Text.Index == Int {
    var first = at
    while first > 0, text[first - 1] == 0x20 || text[first - 1] == 0x09 { first -= 1 }
    return first == 0 || text[first - 1] == 0x0A || text[first - 1] == 0x0D
  }

  /// True for the first colon of `:smile:`.
  private static func beginsEmoji(_ at: Int, in text: [UInt8]) -> Bool {
    let name = text[(at + 1)...].prefix(100).prefix {
      isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
    }
    return !name.isEmpty && name.endIndex < text.count && text[name.endIndex] == UInt8(ascii: ":")
  }

  /// Appends one ASCII character; returns how many characters of text that made.
  @inline(__always)
  private static func appendASCII(
    _ byte: UInt8, _ at: Int, of text: [UInt8], _ style: Style, to json: inout [UInt8]
  ) -> Int {
    switch byte {
    case UInt8(ascii: "w") where style.makesLinks && beginsWebName(at, in: text),
      UInt8(ascii: "W") where style.makesLinks && beginsWebName(at, in: text):
      json.append(byte)
      return 1 + json.append("\u{200B}", counting: 1)
    case UInt8(ascii: ".") where style == .markdown && endsListNumber(at, in: text):
      return json.append("\\\\.", counting: 2)
    // A line of these makes a heading of the one above; Markdown has no escape for it that Mattermost knows.
    case UInt8(ascii: "=") where style == .markdown && isLineStart(at, in: text):
      return json.append("\u{200B}=", counting: 2)
    // What is shown is a colon all the same, also to whoever copies an ARN.
    case UInt8(ascii: ":") where style == .markdown && beginsEmoji(at, in: text):
      return json.append("&#58;", counting: 5)
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: " "), UInt8(ascii: "."), UInt8(ascii: ","):
      json.append(byte)
      return 1
    // Entities mean nothing between Markdown's backticks, but Mattermost looks for Slack's `<!channel>` there too.
    case UInt8(ascii: "<") where style == .markdownCode: return json.append("<\u{200B}", counting: 2)
    case UInt8(ascii: ">") where style == .markdownCode, UInt8(ascii: "&") where style == .markdownCode:
      json.append(byte)
      return 1
    case UInt8(ascii: "&"): return json.append("&amp;", counting: 5)
    case UInt8(ascii: "<"): return json.append("&lt;", counting: 4)
    case UInt8(ascii: ">"): return json.append("&gt;", counting: 4)
    case UInt8(ascii: "\""): return json.append("\\\"", counting: 1)
    case UInt8(ascii: "\\"):
      return style == .markdown ? json.append("\\\\\\\\", counting: 2) : json.append("\\\\", counting: 1)
    case UInt8(ascii: "`") where style.isOneLine: return json.append("ˋ", counting: 1)
    case UInt8(ascii: "@"):
      json.append(byte)
      return beginsMention(at, in: text, anyName: style.isMarkdown) ? 1 + json.append("\u{200B}", counting: 1) : 1
    case UInt8(ascii: ":") where style.makesLinks:
      // This takes `://` apart.
      json.append(byte)
      let isScheme = at + 2 < text.count && text[at + 1] == UInt8(ascii: "/") && text[at + 2] == UInt8(ascii: "/")
      return isScheme ? 1 + json.append("\u{200B}", counting: 1) : 1
    case UInt8(ascii: "`"), UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "#"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "!"), UInt8(ascii: "~"), UInt8(ascii: "|"), UInt8(ascii: "{"), UInt8(ascii: "}"):
      guard style == .markdown else {
        json.append(byte)
        return 1
      }
      json.append("\\\\")
      json.append(byte)
      return 2
    case 0x0A where !style.isOneLine: return json.append("\\n", counting: 1)
    case 0x09, 0x0A, 0x0D: return json.append(" ", counting: 1)
    case 0x00..<0x20:
      // U+2400 and what follows: pictures of control characters.
      json.append(contentsOf: [0xE2, 0x90, 0x80 + byte])
      return 1
    case 0x7F: return json.append("\u{2421}", counting: 1)
    default:
      json.append(byte)
      return 1
    }
  }

  /// True where the `@` at `at` would mention somebody: it begins a word, and one of the words that reach everybody (or,
  /// with `anyName`, anything that may be a name) comes after it. Beyond ASCII, whether a dash, a quotation mark or a letter
  /// is before it, it may begin one.
  private static func beginsMention(_ at: Int, in text: [UInt8], anyName: Bool) -> Bool {
    guard at + 1 < text.count, isLetterOrDigit(text[at + 1]) || text[at + 1] >= 0x80 else { return false }
    guard at == 0 || !isLetterOrDigit(text[at - 1]) else { return false }
    if anyName { return true }
    let name = text[(at + 1)...].prefix(8).map { $0 | 0x20 }
    return reachesEverybody.contains { name.starts(with: $0) }
  }

  private static let reachesEverybody = ["channel", "here", "everyone", "all", "group"].map { Array($0.utf8) }

  /// True for what deceives the eye: C1 controls, line and paragraph separators, and marks that turn the direction of
  /// writing (Unicode, UAX 9).
  private static func isUnwelcome(_ scalar: ArraySlice<UInt8>) -> Bool {
    let at = scalar.startIndex
    switch (scalar[at], scalar.count) {
    case (0xC2, 2): return scalar[at + 1] < 0xA0
    case (0xD8, 2): return scalar[at + 1] == 0x9C
    case (0xE2, 3):
      let (second, third) = (scalar[at + 1], scalar[at + 2])
      return second == 0x80 && ((0xA8...0xAE).contains(third) || third == 0x8E || third == 0x8F)
        || second == 0x81 && (0xA6...0xA9).contains(third)
    default: return false
    }
  }
}

extension [UInt8] {
  /// Appends text as it is.
  @inline(__always)
  mutating func append(_ text: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends text as it is, and returns `count`.
  @inline(__always)
  fileprivate mutating func append(_ text: StaticString, counting count: Int) -> Int {
    append(text)
    return count
  }
}
