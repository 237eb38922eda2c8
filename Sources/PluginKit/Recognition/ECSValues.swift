internal import AlertModel

/// Writes the values of one alert's ECS fields as JSON.
struct ECSValues {
  private let root: JSONNode
  private let envelope: JSONNode?
  private let severity: Severity
  private let emptyIsMissing: Bool
  private let arena: TextArena
  /// What was added to the alert counts before what its format says.
  private let added: [AddedField]

  init(alert: borrowing Alert, emptyIsMissing: Bool, arena: TextArena) {
    root = alert.root
    envelope = alert.envelope
    severity = alert.severity
    added = alert.added
    self.emptyIsMissing = emptyIsMissing
    self.arena = arena
  }

  /// Appends a name's value, or the object of its children. Returns false, having appended nothing, where there is none.
  func append(_ tree: NameTree, to json: inout [UInt8]) -> Bool {
    switch tree.leaf {
    case .severity?:
      JSONEscapes.appendQuoted(severity.description, to: &json)
      return true
    case .source(let source, let name)?:
      if let field = added.first(where: { $0.path == name }) {
        json.append(contentsOf: field.json)
        return true
      }
      if append(source, to: &json) { return true }
    case nil: break
    }
    let start = json.count
    json.append(UInt8(ascii: "{"))
    var isEmpty = true
    for child in tree.children {
      let before = json.count
      if !isEmpty { json.append(UInt8(ascii: ",")) }
      JSONEscapes.appendQuoted(child.name, to: &json)
      json.append(UInt8(ascii: ":"))
      if append(child.tree, to: &json) { isEmpty = false } else { json.removeSubrange(before...) }
    }
    guard !isEmpty else {
      json.removeSubrange(start...)
      return false
    }
    json.append(UInt8(ascii: "}"))
    return true
  }

  /// Appends a field's value: the array that the document has, a value, or an array where there are several. Returns
  /// false, having appended nothing, where there is none.
  func append(_ source: FieldSource, to json: inout [UInt8]) -> Bool {
    switch source {
    case .path(let path): return append(path, to: &json)
    case .renamed(let path, let names, let arrange):
      return append(path, renaming: names, arrangedBy: arrange, to: &json)
    case .first(let sources): return sources.contains { append($0, to: &json) }
    case .only(_, let parts, let condition, let inner):
      return condition(FieldParts(Document(root), parts)) && append(inner, to: &json)
    case .list(let inner): return append(valuesOf: inner, alwaysAsArray: true, to: &json)
    case .envelope, .all, .firstInEach, .time, .addresses, .mapped, .constant, .computed, .prefix:
      return append(valuesOf: source, alwaysAsArray: false, to: &json)
    }
  }

  /// Appends the different values of a field.
  private func append(valuesOf source: FieldSource, alwaysAsArray: Bool, to json: inout [UInt8]) -> Bool {
    var values: [[UInt8]] = []
    let document = Document(root)
    _ = source.forEachValue(
      in: document, envelope: envelope, scratch: arena, emptyIsMissing: emptyIsMissing
    ) { value in
      var written: [UInt8] = []
      if value.kind == .string {
        written.append(UInt8(ascii: "\""))
        value.appendInsideOfJSONString(to: &written)
        written.append(UInt8(ascii: "\""))
      } else {
        AlertWriter.copy(value.bytes, to: &written)
      }
      if !written.isEmpty, !values.contains(written) { values.append(written) }
      return false
    }
    return appendJoined(values, alwaysAsArray: alwaysAsArray, to: &json)
  }

  private func append(_ path: FieldPath, to json: inout [UInt8]) -> Bool {
    var values: [[UInt8]] = []
    path.forEachNode(in: root) { node in
      var written: [UInt8] = []
      if append(node, renaming: [:], to: &written) { values.append(written) }
      return false
    }
    return appendJoined(values, alwaysAsArray: false, to: &json)
  }

  /// Appends the objects at a path, their members renamed; of an array those that `arrange` returns.
  private func append(
    _ path: FieldPath, renaming names: [String: String], arrangedBy arrange: ([JSONNode]) -> [JSONNode],
    to json: inout [UInt8]
  ) -> Bool {
    var values: [[UInt8]] = []
    var isArray = false
    path.forEachNode(in: root) { node in
      isArray = node.kind == .array
      for object in isArray ? arrange(Array(node.elements)) : [node] {
        var written: [UInt8] = []
        if append(object, renaming: names, to: &written) { values.append(written) }
      }
      return false
    }
    return appendJoined(values, alwaysAsArray: isArray, to: &json)
  }

  private func appendJoined(_ values: [[UInt8]], alwaysAsArray: Bool, to json: inout [UInt8]) -> Bool {
    guard !values.isEmpty else { return false }
    let isArray = alwaysAsArray || values.count > 1
    if isArray { json.append(UInt8(ascii: "[")) }
    json.append(contentsOf: values.joined(separator: [UInt8(ascii: ",")]))
    if isArray { json.append(UInt8(ascii: "]")) }
    return true
  }

  /// Appends a value of the document, without what counts as missing. Returns false where nothing is left.
  private func append(_ node: JSONNode, renaming names: [String: String], to json: inout [UInt8]) -> Bool {
    let value = node.value
    guard value.kind != .null else { return false }
    guard emptyIsMissing || !names.isEmpty else {
      AlertWriter.copy(node.source, to: &json)
      return true
    }
    let start = json.count
    var isEmpty = true
    switch value.kind {
    case .object:
      json.append(UInt8(ascii: "{"))
      for member in node.members {
        let before = json.count
        if !isEmpty { json.append(UInt8(ascii: ",")) }
        if !names.isEmpty, let name = names[member.key.value.text] {
          JSONEscapes.appendQuoted(name, to: &json)
        } else {
          json.append(contentsOf: member.key.source)
        }
        json.append(UInt8(ascii: ":"))
        if append(member.value, renaming: [:], to: &json) { isEmpty = false } else { json.removeSubrange(before...) }
      }
      json.append(UInt8(ascii: "}"))
    case .array:
      json.append(UInt8(ascii: "["))
      for element in node.elements {
        let before = json.count
        if !isEmpty { json.append(UInt8(ascii: ",")) }
        if append(element, renaming: names, to: &json) { isEmpty = false } else { json.removeSubrange(before...) }
      }
      json.append(UInt8(ascii: "]"))
    case .string, .number, .true, .false, .null:
      isEmpty = emptyIsMissing && value.kind == .string && value.bytes.isEmpty
      json.append(contentsOf: node.source)
    }
    if isEmpty, emptyIsMissing {
      json.removeSubrange(start...)
      return false
    }
    return true
  }
}
