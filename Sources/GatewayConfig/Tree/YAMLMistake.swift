internal import PluginKit

/// Says what to do about YAML that libyaml refuses: the commonest mistakes by name, the rest in libyaml's words.
struct YAMLMistake {
  let message: String
  let mark: YAMLMark
  /// What makes the text readable, so that what else is wrong with it can be told as well; nil where nothing simple does.
  let repair: Repair?

  /// Characters that are put in the place of others. The text keeps its length, so that every place stays true.
  struct Repair {
    let replacements: [(mark: YAMLMark, character: Unicode.Scalar)]
  }

  init(_ message: String, _ mark: YAMLMark, repair: Repair? = nil) {
    self.message = message
    self.mark = mark
    self.repair = repair
  }

  init(_ error: YAMLSyntaxError, in source: SourceText) {
    if error.isReading {
      self.init("the file is not text in UTF-8: \(error.problem)", source.mark(atByte: error.offset))
      return
    }
    let refused = RefusedText(error: error, source: source)
    self =
      refused.tab ?? refused.reference ?? refused.colon ?? refused.spaceAfterColon ?? refused.reserved ?? refused.quotes
      ?? refused.structure ?? YAMLMistake(refused.plainWords, error.mark)
  }
}

extension YAMLMistake.Repair {
  fileprivate static func replace(_ mark: YAMLMark, by character: Unicode.Scalar = "_") -> Self {
    Self(replacements: [(mark, character)])
  }
}

/// One refused text. Each property is the explanation for one kind of mistake; nil where it is another.
private struct RefusedText {
  let error: YAMLSyntaxError
  let source: SourceText

  private var line: String { source.line(error.mark.line) }
  private var character: Unicode.Scalar? { source.character(line: error.mark.line, column: error.mark.column) }

  /// A tab where only spaces may stand.
  var tab: YAMLMistake? {
    for number in [error.mark.line, error.contextMark.line] {
      let indentation = source.line(number).prefix { $0 == " " || $0 == "\t" }
      guard let column = indentation.unicodeScalars.firstIndex(of: "\t") else { continue }
      let distance = indentation.unicodeScalars.distance(from: indentation.startIndex, to: column)
      let mark = YAMLMark(line: number, column: distance)
      return YAMLMistake(
        "a tab is used for indentation; YAML takes only spaces there", mark, repair: .replace(mark, by: " "))
    }
    guard character == "\t" else { return nil }
    return YAMLMistake("a tab cannot stand here; use spaces", error.mark, repair: .replace(error.mark, by: " "))
  }

  /// `{url: ${NAME}}`: the brace of the reference opens a mapping.
  var reference: YAMLMistake? {
    let before = String(line.unicodeScalars.prefix(error.mark.column + 1).map(Character.init))
    guard error.problem.contains("did not find expected"), before.hasSuffix("${") || before.hasSuffix("$") else {
      return nil
    }
    let column = before.unicodeScalars.count - (before.hasSuffix("${") ? 2 : 1)
    // `${NAME}` becomes one word: `__NAME_`.
    let end = line.unicodeScalars.enumerated().first { $0.offset > column && $0.element == "}" }?.offset
    let places = [column, column + 1, end].compactMap { $0 }.map { YAMLMark(line: error.mark.line, column: $0) }
    return YAMLMistake(
      "between braces or brackets, a value with ${…} must be in quotes: \"${NAME}\"", places[0],
      repair: end == nil ? nil : YAMLMistake.Repair(replacements: places.map { ($0, "_") }))
  }

  /// `when: event.action: CreateTrail`: the second colon would begin a mapping.
  var colon: YAMLMistake? {
    let isInBlock = error.problem == "mapping values are not allowed in this context"
    let isInFlow = error.problem.hasPrefix("did not find expected ',' or") && character == ":"
    guard isInBlock || isInFlow else { return nil }
    let before = line.unicodeScalars.prefix(error.mark.column)
    let text = String(String.UnicodeScalarView(before))
    guard let colon = text.lastRange(of: ": ") else {
      if isInFlow { return nil }
      if let missing = missingSpace(on: error.mark.line - 1) { return missing }
      return YAMLMistake(
        "the line above has a value already, so it cannot have settings below it; check the indentation", error.mark)
    }
    let name = text[..<colon.lowerBound].split { " -{[,\"'".contains($0) }.last.map(String.init) ?? "the setting"
    let start = text.unicodeScalars.distance(from: text.startIndex, to: colon.upperBound)
    let mark = YAMLMark(line: error.mark.line, column: start)
    var message = "a value with ': ' in it must be in quotes"
    // Only a condition is shown: any other value might be a secret.
    if name == "when", let value = condition(from: start, isInFlow: isInFlow) { message += ": when: \(value)" }
    return YAMLMistake(message, mark, repair: .replace(error.mark))
  }

  /// The rest of the line, quoted; nil where it cannot be told where the value ends.
  private func condition(from column: Int, isInFlow: Bool) -> String? {
    var value = String(String.UnicodeScalarView(line.unicodeScalars.dropFirst(column)))
    if isInFlow {
      guard let end = value.firstIndex(where: { ",}".contains($0) }) else { return nil }
      value = String(value[..<end])
    }
    while value.last == " " { value.removeLast() }
    guard !value.contains("'"), value.count <= 100 else { return nil }
    return "'\(VisibleText.escaped(value))'"
  }

  /// `path:alerts.ndjson`: without a space, the colon is a part of the word.
  var spaceAfterColon: YAMLMistake? {
    guard error.problem.contains("could not find expected ':'") else { return nil }
    for number in [error.contextMark.line, error.mark.line] {
      if let missing = missingSpace(on: number) { return missing }
    }
    return YAMLMistake("expected 'name: value'; there is no ':' behind this", error.contextMark)
  }

  private func missingSpace(on number: Int) -> YAMLMistake? {
    guard number >= 0 else { return nil }
    let text = source.line(number)
    let indented = text.drop { $0 == " " || $0 == "-" }
    let name = indented.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    let rest = indented[name.endIndex...]
    guard !name.isEmpty, rest.first == ":", let next = rest.dropFirst().first, next != " " else { return nil }
    let column = text.distance(from: text.startIndex, to: rest.startIndex)
    return YAMLMistake(
      "write a space after the colon of '\(name)'", YAMLMark(line: number, column: column),
      repair: .replace(YAMLMark(line: number, column: column + 1), by: " "))
  }

  /// A value that begins with a character which YAML keeps for itself.
  var reserved: YAMLMistake? {
    if let context = error.context, context.hasSuffix("an alias") || context.hasSuffix("an anchor") {
      let sign = context.hasSuffix("alias") ? "*" : "&"
      return YAMLMistake(
        "a value that begins with '\(sign)' must be in quotes", error.contextMark, repair: .replace(error.contextMark))
    }
    guard let character else { return nil }
    if error.problem == "found character that cannot start any token" {
      return YAMLMistake(
        "a value that begins with '\(character)' must be in quotes", error.mark, repair: .replace(error.mark))
    }
    guard error.problem == "did not find expected comment or line break" else { return nil }
    return YAMLMistake(
      "a value that begins with '>' or '|' must be in quotes", error.contextMark, repair: .replace(error.contextMark))
  }

  /// Quotes that are not closed, or that close before the value ends.
  var quotes: YAMLMistake? {
    if error.context == "while scanning a quoted scalar" {
      return YAMLMistake(
        "the quote that opens here is never closed", error.contextMark, repair: .replace(error.contextMark))
    }
    if error.problem == "found unknown escape character" {
      return YAMLMistake(
        "in double quotes a backslash begins an escape; write two of them, or use single quotes", error.mark,
        repair: .replace(error.mark))
    }
    let before = String(String.UnicodeScalarView(line.unicodeScalars.prefix(error.mark.column)))
    guard error.problem.hasPrefix("did not find expected"), let last = before.last(where: { $0 != " " }) else {
      return nil
    }
    guard last == "\"" || last == "'" else { return nil }
    // Without its quotes all of it is one plain value.
    let quote = Unicode.Scalar(last == "'" ? "'" : "\"")
    let quotes = before.unicodeScalars.enumerated().filter { $0.element == quote }.suffix(2)
    return YAMLMistake(
      "the value goes on after its closing quote; put all of it in single quotes, with double quotes inside",
      error.mark,
      repair: YAMLMistake.Repair(
        replacements: quotes.map { (YAMLMark(line: error.mark.line, column: $0.offset), "_") }))
  }

  /// Indentation and brackets.
  var structure: YAMLMistake? {
    let start = error.contextMark.line + 1
    if error.problem == "did not find expected key", let missing = missingSpace(on: error.mark.line) { return missing }
    let message: String? =
      switch error.problem {
      case "did not find expected key":
        "this does not fit the mapping that begins on line \(start); check the indentation"
      case "did not find expected '-' indicator":
        "this does not fit the list that begins on line \(start); check the indentation"
      case "did not find expected ',' or '}'": "the '{' of line \(start) is not closed, or a ',' is missing"
      case "did not find expected ',' or ']'": "the '[' of line \(start) is not closed, or a ',' is missing"
      case "block sequence entries are not allowed in this context": "a list begins on the line below its name"
      default: nil
      }
    return message.map { YAMLMistake($0, error.mark) }
  }

  /// What libyaml says.
  var plainWords: String {
    error.context.map { "\($0), \(error.problem)" } ?? error.problem
  }
}

extension String {
  fileprivate func lastRange(of text: String) -> Range<Index>? { ranges(of: text).last }
}
