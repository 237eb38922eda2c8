/// Writes text that comes from an alert, and is therefore an attacker's, to a terminal: control characters and what turns
/// the direction of writing round are shown (`\u{1b}`) and not obeyed.
enum TerminalText {
  /// Appends the text, on one line.
  ///
  /// - Parameter columns: how many columns there are; text beyond them is cut, and `…` says so.
  /// - Returns: how many columns were filled.
  @discardableResult
  static func append(_ text: String, columns: Int = .max, to line: inout [UInt8]) -> Int {
    var used = 0
    // Where to cut: the last place that left a column for the ellipsis.
    var cut = (count: line.count, used: 0)
    for scalar in text.unicodeScalars {
      if used < columns { cut = (line.count, used) }
      if isShownOnly(scalar) {
        let shown = scalar == "\n" ? "\\n" : scalar == "\t" ? "\\t" : "\\u{\(String(scalar.value, radix: 16))}"
        line.append(contentsOf: shown.utf8)
        used += shown.utf8.count
      } else {
        line.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
        used += width(of: scalar)
      }
      if used > columns {
        line.removeLast(line.count - cut.count)
        guard columns > 0 else { return 0 }
        line.append(contentsOf: "…".utf8)
        return cut.used + 1
      }
    }
    return used
  }

  private static func isShownOnly(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return true
    default: return false
    }
  }

  /// Columns that terminals give a character: two to East Asian wide ones and emoji (Unicode, UAX 11), none to marks.
  private static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
