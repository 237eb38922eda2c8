internal import PluginKit

/// Finds where the characters of a scalar stand in its file, so that a parser's error inside the scalar can point there.
struct ScalarPlaces {
  private let source: SourceText
  private var reached = SourceText.Reached()

  init(_ source: SourceText) {
    self.source = source
  }

  /// A scalar's text, with the places of its characters.
  mutating func locate(
    _ text: String, style: YAMLScalarStyle, from start: YAMLMark, to end: YAMLMark, at place: SourcePlace
  ) -> LocatedText {
    let quotes = style == .plain || style == .block ? 0 : 1
    // The common case: one line, and nothing in it is written otherwise than it is read.
    if style != .block, start.line == end.line, end.column - start.column - 2 * quotes == text.unicodeScalars.count {
      return LocatedText(text, at: place, onOneLineFrom: quotes)
    }
    return LocatedText(text, at: place, runs: align(text, with: characters(of: style, from: start, to: end)))
  }

  /// One character of the text and where it stands. White space is left out: folding changes it.
  private typealias Written = (scalar: Unicode.Scalar, line: Int, column: Int)

  /// Pairs the text's characters with those of the file, one by one, white space apart.
  private func align(_ text: String, with written: [Written]) -> [LocatedText.Run] {
    var runs: [LocatedText.Run] = []
    var offset = 0
    var index = 0
    var last: (line: Int, column: Int, index: Int)?
    var rest = written[...]
    for scalar in text.unicodeScalars {
      if !Self.isSpace(scalar) {
        guard let place = rest.popFirst(), place.scalar == scalar else { break }
        let isContiguous = last.map { $0.line == place.line && place.column - $0.column == index - $0.index } ?? false
        if !isContiguous {
          runs.append(LocatedText.Run(offset: offset, line: place.line + 1, column: place.column + 1))
        }
        last = (place.line, place.column, index)
      }
      offset += UTF8.width(scalar)
      index += 1
    }
    return runs
  }

  /// The characters that a scalar's file holds for it, escapes read, white space and quotes left out.
  private mutating func characters(of style: YAMLScalarStyle, from start: YAMLMark, to end: YAMLMark) -> [Written] {
    let all = source.characters(from: start, to: end, &reached)
    switch style {
    case .plain: return all.filter { !Self.isSpace($0.scalar) }
    case .block: return all.filter { $0.line > start.line && !Self.isSpace($0.scalar) }
    case .singleQuoted:
      var written: [Written] = []
      var isSecondQuote = false
      for character in all.dropFirst().dropLast() {
        if character.scalar == "'", isSecondQuote {
          isSecondQuote = false
          continue
        }
        isSecondQuote = character.scalar == "'"
        if !Self.isSpace(character.scalar) { written.append(character) }
      }
      return written
    case .doubleQuoted: return unescaped(all.dropFirst().dropLast())
    }
  }

  private func unescaped(_ characters: ArraySlice<Written>) -> [Written] {
    var written: [Written] = []
    var rest = characters
    while let character = rest.popFirst() {
      guard character.scalar == "\\" else {
        if !Self.isSpace(character.scalar) { written.append(character) }
        continue
      }
      guard let escape = rest.popFirst() else { break }
      var scalar = Self.escapes[escape.scalar]
      if let digits = Self.digits[escape.scalar] {
        let code = UInt32(String(String.UnicodeScalarView(rest.prefix(digits).map(\.scalar))), radix: 16)
        rest = rest.dropFirst(digits)
        scalar = code.flatMap { Unicode.Scalar($0) }
      }
      if let scalar, !Self.isSpace(scalar) { written.append((scalar, character.line, character.column)) }
    }
    return written
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || SourceText.isBreak(scalar)
  }

  /// YAML 1.1, section 5.6, save what stands for white space.
  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
    "0": "\0", "a": "\u{7}", "b": "\u{8}", "v": "\u{B}", "f": "\u{C}", "e": "\u{1B}", "\"": "\"", "/": "/", "\\": "\\",
    "_": "\u{A0}",
  ]
  private static let digits: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]
}
