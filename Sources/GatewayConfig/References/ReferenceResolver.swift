internal import PluginKit

/// Puts the values of `${NAME}`, `${NAME:-default}` and `${file:/path}` into the values of a tree; keys stay.
///
/// `$${` stands for `${` itself. References are not looked for in what a reference gave.
struct ReferenceResolver {
  private let environment: [String: String]
  private let folder: String
  /// What is wrong, and which secret files others can read.
  private(set) var diagnostics: [Diagnostic] = []
  /// Where the values stand whose references failed: nothing more is to be said about them.
  private(set) var failures: Set<SourcePlace> = []
  /// Every text that came from outside.
  private(set) var values: Set<String> = []
  /// The files that references name.
  private(set) var files: Set<String> = []

  /// The largest file that `${file:…}` reads.
  private static let fileLimit = 1 << 20

  /// - Parameter folder: where relative file names start from.
  init(environment: [String: String], folder: String) {
    self.environment = environment
    self.folder = folder
  }

  mutating func resolve(_ node: LocatedNode) -> LocatedNode {
    switch node.content {
    case .scalar(let scalar):
      guard scalar.text.text.contains("${") else { return node }
      return LocatedNode(.scalar(.init(resolve(scalar.text), style: scalar.style)), at: node.place)
    case .sequence(let elements):
      return LocatedNode(.sequence(elements.map { resolve($0) }), at: node.place)
    case .mapping(let entries):
      let resolved = entries.map { LocatedNode.Entry(key: $0.key, value: resolve($0.value)) }
      return LocatedNode(.mapping(resolved), at: node.place)
    }
  }

  private mutating func resolve(_ text: LocatedText) -> LocatedText {
    var builder = LocatedTextBuilder(text)
    var rest = text.text[...]
    var isReference = false
    while let dollar = rest.firstRange(of: "${") {
      let before = rest[..<dollar.lowerBound]
      if before.last == "$" {
        builder.keep(rest[..<before.index(before: before.endIndex)])
        builder.skip("$")
        builder.keep("${")
        rest = rest[dollar.upperBound...]
        continue
      }
      builder.keep(before)
      guard let end = rest[dollar.upperBound...].firstIndex(of: "}") else {
        report("'${' is not closed; write ${NAME}, or '$${' for the characters themselves", at: builder.place)
        return unresolved(text)
      }
      let inside = rest[dollar.upperBound..<end]
      guard let value = value(of: inside, at: builder.place) else { return unresolved(text) }
      builder.replace(rest[dollar.lowerBound...end], with: value)
      isReference = true
      rest = rest[rest.index(after: end)...]
    }
    builder.keep(rest)
    return builder.text(isReference: isReference)
  }

  /// A text whose reference failed: reported already, and to be treated as what came from outside.
  private mutating func unresolved(_ text: LocatedText) -> LocatedText {
    failures.insert(text.place)
    return LocatedText(text.text, at: text.place, isReference: true)
  }

  /// What a reference stands for; nil after having reported why it stands for nothing.
  private mutating func value(of inside: Substring, at place: SourcePlace) -> String? {
    if inside.hasPrefix("file:") { return contents(of: String(inside.dropFirst("file:".count)), at: place) }
    let name = inside.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    let rest = inside[name.endIndex...]
    guard let first = name.first, !first.isNumber, rest.isEmpty || rest.hasPrefix(":-"), !rest.contains("${") else {
      let forms = "${NAME}, ${NAME:-default} or ${file:/path}"
      report("this reference is not well formed; write \(forms), or '$${' for the characters themselves", at: place)
      return nil
    }
    let value = environment[String(name)]
    if !rest.isEmpty, value?.isEmpty ?? true { return String(rest.dropFirst(2)) }
    guard let value else {
      report("the environment variable '\(name)' is not set; set it, or write ${\(name):-default}", at: place)
      return nil
    }
    values.insert(value)
    return value
  }

  private mutating func contents(of name: String, at place: SourcePlace) -> String? {
    let file = FilePath(name, in: folder, at: place)
    files.insert(file.path)
    do {
      let contents = try FileReading.read(file.path, limit: Self.fileLimit)
      if contents.isReadableByOthers {
        let shown = VisibleText.quoted(file.path)
        diagnostics.append(
          Diagnostic(
            .warning, "every user can read \(shown) (mode \(contents.mode)); chmod 600 it if it holds a secret",
            at: place))
      }
      guard let text = String(validating: contents.bytes, as: UTF8.self) else {
        report("\(VisibleText.quoted(file.path)) is not text in UTF-8", at: place)
        return nil
      }
      // Editors and `echo` end a file with a line break that is no part of the secret.
      var value = text[...]
      if value.last?.isNewline == true { value.removeLast() }
      values.insert(String(value))
      return String(value)
    } catch {
      report("cannot read \(VisibleText.quoted(file.path)): \(error.reason)", at: place)
      return nil
    }
  }

  private mutating func report(_ message: String, at place: SourcePlace) {
    diagnostics.append(Diagnostic(.error, message, at: place))
  }
}

/// Puts a text together from pieces of another and from replacements, and keeps the places.
private struct LocatedTextBuilder {
  private let original: LocatedText
  /// How much of the original has been used, in UTF-8 bytes.
  private var consumed = 0
  private var text = ""
  private var runs: [LocatedText.Run] = []

  init(_ original: LocatedText) {
    self.original = original
  }

  /// Where the next character of the original stands.
  var place: SourcePlace { original.place(at: consumed) }

  mutating func keep(_ piece: Substring) {
    guard !piece.isEmpty else { return }
    let offset = text.utf8.count
    let end = consumed + piece.utf8.count
    runs.append(LocatedText.Run(offset: offset, line: place.line, column: place.column))
    for run in original.runs where run.offset > consumed && run.offset < end {
      runs.append(LocatedText.Run(offset: offset + run.offset - consumed, line: run.line, column: run.column))
    }
    text += piece
    consumed = end
  }

  mutating func skip(_ piece: Substring) {
    consumed += piece.utf8.count
  }

  mutating func replace(_ piece: Substring, with value: String) {
    runs.append(LocatedText.Run(offset: text.utf8.count, line: place.line, column: place.column, isFixed: true))
    text += value
    consumed += piece.utf8.count
  }

  func text(isReference: Bool) -> LocatedText {
    LocatedText(text, at: original.place, runs: runs, isReference: isReference)
  }
}
