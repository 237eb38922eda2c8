internal import AlertModel
internal import PluginKit

/// A file name in which fields of an alert and parts of the date stand.
struct PathTemplate: Sendable {
  private enum Part: Sendable {
    case literal(String)
    case field(Field)
    case date(DatePattern)
  }

  private let parts: [Part]

  /// True where the name depends on the alert.
  let hasFields: Bool

  struct Mistake: Error, Equatable {
    let message: String
  }

  /// - Throws: `Mistake` that says what is wrong.
  init(_ text: String, vocabulary: Vocabulary) throws(Mistake) {
    var parts: [Part] = []
    var rest = text[...]
    while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      if open > rest.startIndex { parts.append(.literal(String(rest[..<open]))) }
      let behind = rest.index(after: open)
      guard rest[open] == "{", let close = rest[behind...].firstIndex(where: { $0 == "{" || $0 == "}" }),
        rest[close] == "}"
      else {
        throw Mistake(message: "'path' has a brace without its counterpart; write '{field.name}' or '{%Y-%m-%d}'")
      }
      let name = rest[behind..<close]
      if name.contains("%") {
        parts.append(.date(try DatePattern(String(name))))
      } else {
        guard !name.isEmpty, !name.contains(where: \.isWhitespace) else {
          throw Mistake(message: "'path' has '{\(name)}', which names no field; write for example '{cloud.account.id}'")
        }
        parts.append(.field(vocabulary.field(String(name))))
      }
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.literal(String(rest))) }
    self.parts = parts
    hasFields = parts.contains { if case .field = $0 { true } else { false } }
  }

  /// The folder that the configuration itself names: everything up to the last slash before the first field.
  var fixedFolder: String {
    var folder = ""
    for part in parts {
      guard case .literal(let text) = part else { break }
      folder += text
    }
    return folder.lastIndex(of: "/").map { String(folder[...$0]) } ?? ""
  }

  /// A pattern (glob(7)) of every name that can come of it.
  var pattern: String {
    parts.map { part in
      switch part {
      case .literal(let text): text.map { "*?[\\".contains($0) ? "\\\($0)" : String($0) }.joined()
      case .date, .field: "*"
      }
    }.joined()
  }

  /// The name where no field stands in it.
  func path(at now: Timestamp) -> String {
    parts.map { part in
      switch part {
      case .literal(let text): text
      case .date(let pattern): pattern.text(at: now)
      case .field: PathComponent.missing
      }
    }.joined()
  }

  /// The name for one alert.
  func path(for alert: borrowing Alert, at now: Timestamp) -> String {
    var path = ""
    for part in parts {
      switch part {
      case .literal(let text): path += text
      case .date(let pattern): path += pattern.text(at: now)
      case .field(let field): path += PathComponent.encode(alert.text(field))
      }
    }
    return path
  }
}

/// A date with `%Y`, `%m`, `%d`, `%H` and `%M`, in UTC.
struct DatePattern: Sendable {
  private let text: String

  init(_ text: String) throws(PathTemplate.Mistake) {
    var isLetter = false
    for character in text {
      if isLetter, !"YmdHM".contains(character) {
        throw PathTemplate.Mistake(
          message: "'path' has '%\(character)' in a date; known are '%Y', '%m', '%d', '%H' and '%M'")
      }
      isLetter = !isLetter && character == "%"
    }
    if isLetter {
      throw PathTemplate.Mistake(message: "'path' has a date that ends with '%'; write for example '{%Y-%m-%d}'")
    }
    self.text = text
  }

  func text(at moment: Timestamp) -> String {
    // `2026-11-21T03:19:47.000Z`: the parts stand at fixed places.
    let digits = Array(moment.rfc3339.utf8)
    var result = ""
    var isLetter = false
    for character in text {
      guard isLetter else {
        isLetter = character == "%"
        if !isLetter { result.append(character) }
        continue
      }
      isLetter = false
      let range =
        switch character {
        case "Y": 0..<4
        case "m": 5..<7
        case "d": 8..<10
        case "H": 11..<13
        default: 14..<16
        }
      result += String(decoding: digits[range], as: UTF8.self)
    }
    return result
  }
}

/// A field's value as a part of a file name: it can neither leave its folder nor be taken for another value.
enum PathComponent {
  /// Stands for a value that is not there.
  static let missing = "_missing"

  /// How many bytes of a value are used; names have at most 255 on all common file systems (pathconf(3), NAME_MAX).
  static let longest = 100

  /// Letters, digits and `-_.@:+=,` stay; any other byte becomes `%` and two hexadecimal digits, as does a dot at the
  /// beginning. A value that is too long is cut and ends with `%~` and a hash of all of it.
  static func encode(_ value: String?) -> String {
    guard let value else { return missing }
    if value.isEmpty { return "%" }
    var result = ""
    for (place, byte) in value.utf8.enumerated() {
      let character = Unicode.Scalar(byte)
      let stays =
        switch character {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "@", ":", "+", "=", ",": true
        case ".": place > 0
        case "_": place > 0 || value != missing
        default: false
        }
      let next = stays ? String(character) : (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      guard result.utf8.count + next.utf8.count <= longest else {
        return result + "%~" + String(hash(value), radix: 16)
      }
      result += next
    }
    return result
  }

  /// FNV-1a with 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv).
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}
