extension FieldSource {
  /// Calls `body` with each object or value that the field stands for, objects with their ECS names, until it returns true.
  ///
  /// Allocates where members have other names in ECS: the object is then written anew.
  func forEachNode(in alert: Document, envelope: JSONNode?, _ body: (JSONNode) -> Bool) -> Bool {
    switch self {
    case .path(let path): return path.forEachValue(in: alert, body)
    case .envelope(let path): return envelope.map { path.forEachValue(in: $0, body) } ?? false
    case .first(let sources):
      var isFound = false
      for source in sources where !isFound {
        let stopped = source.forEachNode(in: alert, envelope: envelope) { node in
          isFound = true
          return body(node)
        }
        if stopped { return true }
      }
      return false
    case .firstInEach(let objects, let paths):
      return objects.forEachValue(in: alert) { object in
        var isFound = false
        return paths.contains { path in
          guard !isFound else { return false }
          return path.forEachValue(in: object) { node in
            isFound = true
            return body(node)
          }
        }
      }
    case .all(let sources): return sources.contains { $0.forEachNode(in: alert, envelope: envelope, body) }
    case .list(let source): return source.forEachNode(in: alert, envelope: envelope, body)
    case .only(_, let parts, let condition, let source):
      return condition(FieldParts(alert, parts)) && source.forEachNode(in: alert, envelope: envelope, body)
    case .renamed(let path, let names, let arrange):
      return path.forEachNode(in: alert) { node in
        let objects = node.kind == .array ? arrange(Array(node.elements)) : [node]
        return objects.contains { Self.withNames(names, $0, body) }
      }
    case .time, .addresses, .mapped, .constant, .computed, .prefix: return false
    }
  }

  /// Calls `body` with the object as it is in ECS: members renamed, without those that are null or empty.
  private static func withNames(_ names: [String: String], _ object: JSONNode, _ body: (JSONNode) -> Bool) -> Bool {
    var json: [UInt8] = [UInt8(ascii: "{")]
    for member in object.members {
      let value = member.value
      if value.kind == .null || value.value.bytes.isEmpty || value.isEmptyContainer { continue }
      if json.count > 1 { json.append(UInt8(ascii: ",")) }
      if let name = names[member.key.value.text] {
        JSONEscapes.appendQuoted(name, to: &json)
      } else {
        json.append(contentsOf: member.key.source)
      }
      json.append(UInt8(ascii: ":"))
      json.append(contentsOf: value.source)
    }
    json.append(UInt8(ascii: "}"))
    return (try? AddedField("", json: json))?.withRoot(body) ?? false
  }
}
