import AlertModel
import KQL
import Testing

/// What `weir explain` says about a condition.
struct ExplanationTests {
  private static let json = #"{"user":{"name":["alice","bob"]},"n":[{"x":1,"y":2},{"x":3}],"event":{"action":"Login"}}"#

  @Test func `each part says whether it holds, and by which values`() throws {
    let query = "severity >= high and (user.name:(bob or carol) or not event.action:*) and n:{ x:3 } and Log*"
    #expect(
      try Self.outline(query) == """
        false all | severity >= high and (user.name:(bob or carol) or not event.action:*) and n:{ x:3 } and Log*
          false leaf | severity >= high | severity = medium
          true any | (user.name:(bob or carol) or not event.action:*)
            true any | user.name:(bob or carol)
              true leaf | user.name:bob | user.name = bob
              false leaf | user.name:carol | user.name = alice, bob
            false not | not event.action:*
              true leaf | event.action:* | event.action = Login
          true nested | n:{ x:3 } | n
            true leaf | x:3 | x = 3
          true leaf | Log* | event.action: Login
        """)
  }

  @Test func `a missing field has no values`() throws {
    #expect(try Self.outline("host.name: web") == "false leaf | host.name:web | host.name")
  }

  @Test func `a part knows its place in the query`() throws {
    let condition = try Condition("a:b and user.name:(x or bob)", vocabulary: Documents.vocabulary)
    let parts = try Documents.withAlert(Self.json) { condition.explain($0, now: Documents.now).parts }
    #expect(parts.map(\.range) == [0..<3, 8..<28])
    #expect(parts[1].parts.map(\.range) == [19..<20, 24..<27])
  }

  private static func outline(_ query: String) throws -> String {
    let condition = try Condition(query, vocabulary: Documents.vocabulary)
    let explained = try Documents.withAlert(json) { condition.explain($0, now: Documents.now) }
    return lines(explained, indent: "").joined(separator: "\n")
  }

  private static func lines(_ part: Explanation, indent: String) -> [String] {
    let values = part.values.joined(separator: ", ")
    let decided = [part.field, values.isEmpty ? nil : values].compactMap(\.self).joined(separator: " = ")
    let line = "\(indent)\(part.isTrue) \(part.kind) | \(part.text)" + (decided.isEmpty ? "" : " | \(decided)")
    return [line] + part.parts.flatMap { lines($0, indent: indent + "  ") }
  }
}
