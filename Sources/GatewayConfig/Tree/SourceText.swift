internal import PluginKit

/// The text of a file, by line and column.
struct SourceText {
  /// Without a byte order mark.
  let bytes: [UInt8]
  /// Where each line begins.
  private let lineStarts: [Int]

  init(_ bytes: [UInt8]) {
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    self.bytes = bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(3)) : bytes
    lineStarts = Self.lineStarts(self.bytes)
  }

  /// The line of that number, from 0, without its break; empty where there is none.
  func line(_ number: Int) -> String {
    guard lineStarts.indices.contains(number) else { return "" }
    let end = number + 1 < lineStarts.count ? lineStarts[number + 1] : bytes.count
    let text = String(decoding: bytes[lineStarts[number]..<end], as: UTF8.self)
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix { !Self.isBreak($0) }))
  }

  /// The character at a place, both from 0; nil at the end of the line.
  func character(line number: Int, column: Int) -> Unicode.Scalar? {
    line(number).unicodeScalars.dropFirst(column).first
  }

  /// A place that was found, with its byte: so that who asks for the next does not begin at the line's beginning, as a
  /// whole table may be one line.
  struct Reached {
    fileprivate var mark = YAMLMark(line: 0, column: 0)
    fileprivate var byte = 0
  }

  /// The text between two places, in characters with their places; breaks included.
  func characters(
    from start: YAMLMark, to end: YAMLMark, _ reached: inout Reached
  ) -> [(scalar: Unicode.Scalar, line: Int, column: Int)] {
    guard lineStarts.indices.contains(start.line) else { return [] }
    if reached.mark.line != start.line || reached.mark > start {
      reached = Reached(mark: YAMLMark(line: start.line, column: 0), byte: lineStarts[start.line])
    }
    var characters: [(Unicode.Scalar, Int, Int)] = []
    var place = reached.mark
    var wasReturn = false
    var decoder = UTF8()
    var rest = bytes[reached.byte...].makeIterator()
    while place < end, case .scalarValue(let scalar) = decoder.decode(&rest) {
      if place >= start { characters.append((scalar, place.line, place.column)) }
      if place < start { reached.byte += UTF8.width(scalar) }
      if scalar == "\n", wasReturn {
        wasReturn = false
      } else if Self.isBreak(scalar) {
        place = YAMLMark(line: place.line + 1, column: 0)
        wasReturn = scalar == "\r"
      } else {
        place = YAMLMark(line: place.line, column: place.column + 1)
        wasReturn = false
      }
      if place <= start { reached.mark = place }
    }
    return characters
  }

  /// The text with other characters at some places; nil where one of them is not one byte long, or there is none.
  func replacing(_ replacements: [(mark: YAMLMark, character: Unicode.Scalar)]) -> SourceText? {
    var mended = bytes
    for (mark, character) in replacements {
      guard character.isASCII, lineStarts.indices.contains(mark.line),
        let old = self.character(line: mark.line, column: mark.column), old.isASCII, old != character
      else { return nil }
      let before = String(String.UnicodeScalarView(line(mark.line).unicodeScalars.prefix(mark.column)))
      mended[lineStarts[mark.line] + before.utf8.count] = UInt8(ascii: character)
    }
    return replacements.isEmpty ? nil : SourceText(mended)
  }

  /// The place of a byte, both from 0.
  func mark(atByte offset: Int) -> YAMLMark {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    let before = bytes[lineStarts[low]..<min(max(offset, lineStarts[low]), bytes.count)]
    return YAMLMark(line: low, column: String(decoding: before, as: UTF8.self).unicodeScalars.count)
  }

  /// YAML 1.1's line breaks, which libyaml counts.
  static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
    default: false
    }
  }

  private static func lineStarts(_ bytes: [UInt8]) -> [Int] {
    var starts = [0]
    var place = 0
    while place < bytes.count {
      switch bytes[place] {
      case 0x0A: starts.append(place + 1)
      case 0x0D:
        if place + 1 < bytes.count, bytes[place + 1] == 0x0A { place += 1 }
        starts.append(place + 1)
      case 0xC2 where place + 1 < bytes.count && bytes[place + 1] == 0x85: starts.append(place + 2)
      case 0xE2 where place + 2 < bytes.count && bytes[place + 1] == 0x80 && (0xA8...0xA9).contains(bytes[place + 2]):
        starts.append(place + 3)
      default: break
      }
      place += 1
    }
    return starts
  }
}

/// A place in a text, both from 0, as libyaml counts.
struct YAMLMark: Comparable {
  let line: Int
  let column: Int

  static func < (left: YAMLMark, right: YAMLMark) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }

  /// The place as people count, from 1.
  func place(in file: String) -> SourcePlace { SourcePlace(file: file, line: line + 1, column: column + 1) }
}
