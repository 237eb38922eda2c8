internal import AlertModel
internal import PluginKit

/// A field map for JSON that Weir does not know.
struct FormatOptions: PluginOptions {
  @Setting("What people call the detector.")
  var title: String?

  @Setting("What a document must have to be of this format. All of it must hold.")
  var recognise: RecogniseOptions

  @Setting("Where the alerts are in a document that holds several (or one): the path of an array or an object.")
  var envelope: String?

  @Setting("The path of the detector's own unique id for an alert. Without it the id is a hash of the alert.")
  var id: String?

  @Setting("Weir's severity: one for every alert (`medium`), or how the detector's own becomes Weir's.")
  var severity: SeverityOptions

  @Setting("ECS names and where they are: a path, or a list of paths of which the first with a value is taken.")
  var fields: [String: [String]] = [:]

  @Setting("ECS names that have the same text in every alert.")
  var constants: [String: String] = [:]

  @Setting("ECS names of the fields that say who did it, for allowlists.")
  var actors: [String] = []

  @Setting("ECS names of what an attacker can choose, such as `user_agent.original`.")
  var spoofable: [String] = []

  init() {}

  func format(name: String) -> Format {
    let fieldNames = $fields.node?.entries?.map(\.key.text) ?? fields.keys.sorted()
    let pairs =
      fieldNames.map { name in
        let paths = fields[name, default: []].map { FieldSource(stringLiteral: $0) }
        return (name: name, source: paths.count == 1 ? paths[0] : FieldSource.first(paths))
      } + constants.keys.sorted().map { (name: $0, source: .constant(constants[$0, default: ""])) }
    let shape = recognise.shape
    return Format(
      name: name, title: title ?? name, shape: envelope.map { .all([shape, .not(.has($0))]) } ?? shape,
      envelopes: envelope.map { [Envelope(.all([shape, .has($0)]), path: $0, members: nil, own: true)] } ?? [],
      id: id.map { FieldSource(stringLiteral: $0) }, severity: severity.rule, fields: FieldTable(pairs: pairs),
      actors: actors.map { Format.Actor($0, spoofable: spoofable.contains($0)) }, spoofable: Set(spoofable))
  }
}

/// What a document must have.
struct RecogniseOptions: PluginOptions {
  @Setting("Paths at which there is a value.")
  var has: [String] = []

  @Setting("Paths at which there is exactly this text.")
  var equals: [String: String] = [:]

  @Setting("Paths at which there is text that begins so.")
  var begins: [String: String] = [:]

  init() {}

  var isEmpty: Bool { has.isEmpty && equals.isEmpty && begins.isEmpty }

  var shape: Shape {
    .all(
      has.map { Shape.has($0) } + equals.keys.sorted().map { Shape.equals($0, equals[$0, default: ""]) }
        + begins.keys.sorted().map { Shape.begins($0, begins[$0, default: ""]) })
  }
}

/// `severity: medium`, or a mapping of words or numbers.
struct SeverityOptions: SettingValue {
  let rule: SeverityRule

  static var typeName: String { "a severity, or a mapping with 'field'" }

  static var schema: SchemaNode { ["anyOf": [Word.schema, SeverityMap.schema]] }

  static func read(_ node: LocatedNode, _ reader: inout SettingReader) -> SeverityOptions? {
    if node.scalar != nil {
      return Word.read(node, &reader).map { SeverityOptions(rule: .fixed($0.severity)) }
    }
    guard let map = SeverityMap.read(node, &reader) else { return nil }
    var thresholds: [(from: Double, Severity)] = []
    for (key, word) in map.thresholds {
      guard let number = Double(settingText: key) else {
        reader.report("\(VisibleText.quoted(key)) is not a number", at: map.$thresholds.place(of: key))
        return nil
      }
      thresholds.append((number, word.severity))
    }
    guard !map.words.isEmpty || !thresholds.isEmpty else {
      reader.report("there must be 'words' or 'thresholds' beside 'field'", at: node.place)
      return nil
    }
    var rule = SeverityRule.fixed(map.otherwise.severity)
    let field = FieldSource(stringLiteral: map.field)
    if !thresholds.isEmpty { rule = .thresholds(field, thresholds.sorted { $0.from < $1.from }, otherwise: rule) }
    if !map.words.isEmpty {
      let words = map.words.map { ($0.key.lowercased(), $0.value.severity) }
      rule = .words(field, Dictionary(words) { first, _ in first }, otherwise: rule)
    }
    return SeverityOptions(rule: rule)
  }

  var written: SchemaNode { .null }

  /// Weir's severities, as settings write them.
  enum Word: String, CaseIterable, SettingValue {
    case informational, low, medium, high, critical

    var severity: Severity {
      switch self {
      case .informational: .informational
      case .low: .low
      case .medium: .medium
      case .high: .high
      case .critical: .critical
      }
    }
  }
}

/// How a detector's severity becomes Weir's.
struct SeverityMap: PluginOptions {
  @Setting("The path of the detector's severity.")
  var field: String

  @Setting("The detector's words, in any case, and Weir's severities.")
  var words: [String: SeverityOptions.Word] = [:]

  @Setting("Numbers and Weir's severities: an alert has that of the highest number that it reaches.")
  var thresholds: [String: SeverityOptions.Word] = [:]

  @Setting("The severity where nothing else fits.")
  var otherwise: SeverityOptions.Word = .informational

  init() {}
}
