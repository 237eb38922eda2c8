internal import AlertModel
public import PluginKit

extension ElasticRulesDetector {
  /// A gateway keeps 64 MiB.
  private static let largestSnapshot = 60 << 20

  /// What `threshold` and `new_terms` rules and `alert_suppression` have counted and seen; where that is too much, the
  /// latest of each.
  public func snapshot() -> [UInt8] {
    var json = Array(#"{"version":1,"rules":{"#.utf8)
    var isFirst = true
    var left = set.rules.reduce(0) { $0 + $1.memories.count }
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
        // What one does not need of its share, the others have.
        memory.write(to: &json, limit: max(0, Self.largestSnapshot - json.count) / left)
        left -= 1
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

extension ElasticRulesDetector {
  /// All of it, however much that is.
  public func takeOver(from earlier: any StatefulPlugin) {
    guard let earlier = earlier as? ElasticRulesDetector else { return }
    let known = Dictionary(earlier.set.rules.map { ($0.id, $0) }) { first, _ in first }
    for rule in set.rules {
      for memory in rule.memories {
        if let before = known[rule.id]?.memories.first(where: { $0.subject == memory.subject }) {
          memory.takeOver(from: before)
        }
      }
    }
  }
}

extension CompiledRule {
  fileprivate var memories: [any Remembering] {
    let all: [(any Remembering)?] = [memory, suppression]
    return all.compactMap { $0 }
  }
}
