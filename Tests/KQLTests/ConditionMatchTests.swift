import AlertModel
import KQL
import Testing

/// Which fields and values meet a condition.
struct ConditionMatchTests {
  private static let json = #"""
    {"user":{"name":["alice","bob"]},"n":[{"x":1,"y":2},{"x":3,"y":4},{"x":3,"y":5}],"event":{"action":"Login"}}
    """#

  @Test(arguments: [
    ("user.name.keyword: (bob or eve)", ["user.name=bob"]),
    ("user.*: bob", ["user.name=bob"]),
    ("Log*", ["event.action=Login"]),
    ("*: bob", ["user.name=bob"]),
    ("n:{ x: 3 and y > 2 and not z: 1 }", ["n.x=3", "n.y=4"]),
    ("n:{ y: 5 or x: 1 }", ["n.x=1"]),
    ("n:{ not x: 1 }", []),
    ("user.name: *{{event.action}}*", []),
    ("event.action: * and user.name: bob", []),
    ("severity: medium", []),
    ("carol", []),
  ]) func `a question tells the field and the value that meet it`(query: String, expected: [String]) throws {
    let condition = try Condition(query, vocabulary: Documents.vocabulary)
    var found: [String] = []
    try Documents.withAlert(Self.json) { alert in
      condition.forEachMatch(in: alert, now: Documents.now) { found.append("\($0)=\($1)") }
    }
    #expect(found == expected)
  }
}
