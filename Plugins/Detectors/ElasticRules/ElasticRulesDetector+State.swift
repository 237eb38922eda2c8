internal import AlertModel
internal import PluginKit

extension ElasticRulesDetector {
  /// What `threshold` and `new_terms` rules and `alert_suppression` have counted and seen.
  public func snapshot() -> [UInt8] {
    var json = Array(#"{"version":1,"rules":{"#.utf8)
    var isFirst = true
    for rule in set.rules {
      let memories = rule.memories
      if memories.isEmpty { continue }
      if !isFirst { json.append(UInt8(ascii: ",")) }
      isFirst = false
      JSONEscapes.appendQuoted(rule.id, to: &json)
      json += Array(":[".utf8)
      for (place, memory) in memories.enumerated() {
        json += Array((place > 0 ? ",[" : "[").utf8)
        JSONEscapes.appendQuoted(memory.subject, to: &json)
        json.append(UInt8(ascii: ","))
        memory.write(to: &json)
        json.append(UInt8(ascii: "]"))
      }
      json.append(UInt8(ascii: "]"))
    }
    json += Array("}}".utf8)
    return json
  }

  /// Takes up what rules knew that are still there and still ask the same.
  public func restore(_ snapshot: [UInt8]) {
    let parser = DocumentParser()
    let isRead = snapshot.withUnsafeBytes { bytes -> Bool in
      guard let root = try? parser.parse(bytes), FieldPath("version").first(in: root)?.value.text == "1" else {
        return false
      }
      let rules = Dictionary(set.rules.map { ($0.id, $0) }) { first, _ in first }
      for member in root.members where member.key.value.text == "rules" {
        for known in member.value.members {
          let memories = rules[known.key.value.text]?.memories ?? []
          for entry in known.value.elements {
            let parts = Array(entry.elements)
            guard parts.count == 2 else { continue }
            memories.first { $0.subject == parts[0].value.text }?.read(parts[1])
          }
        }
      }
      return true
    }
    if !isRead { context.logger.warning("what the rules had counted cannot be read; they begin anew") }
  }
}

extension CompiledRule {
  fileprivate var memories: [any Remembering] {
    let all: [(any Remembering)?] = [memory, suppression]
    return all.compactMap { $0 }
  }
}
