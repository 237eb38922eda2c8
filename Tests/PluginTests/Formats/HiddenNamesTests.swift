import AlertModel
import KQL
import Testing

/// What stands in a document under a name of ECS, but is something else there.
@Suite("Names that mean something else")
struct HiddenNamesTests {
  private static let documents = [
    #"{"class_uid":3001,"metadata":{"version":"1.1.0"},"actor":{"user":{"uid":"u"}},"user":{"name":"terraform"}}"#,
    #"{"class_uid":3001,"metadata":{"version":"1.1.0"},"user":{"name":"terraform"}}"#,
    #"{"title":"t","actor":{"id":"u"},"user":{"name":"terraform"}}"#,
    #"{"title":"t","actor.id":"u","user.name":"terraform"}"#,
    #"{"title":"t","actor_id":"u","us\u0065r":{"name":"terraform"}}"#,
  ]

  private static let agreeing = [
    #"{"class_uid":3002,"metadata":{"version":"1.1.0"},"user":{"name":"terraform"}}"#,
    #"{"title":"t","user":{"name":"terraform"}}"#, #"{"title":"t","actor":null,"user":{"name":"terraform"}}"#,
  ]

  private func meets(_ query: String, _ document: String, isIndexed: Bool) throws -> Bool {
    let condition = try Condition(query, vocabulary: Sample.formats.vocabulary)
    let index = isIndexed ? DocumentIndex(Sample.formats.vocabulary) : nil
    var meets = false
    try Sample.forEach(in: document, index: index) { alert, _ in
      meets = condition.matches(alert, now: Timestamp(seconds: 0))
    }
    return meets
  }

  @Test("answer no question about the field of ECS", arguments: documents, [true, false])
  func hidden(document: String, isIndexed: Bool) throws {
    for query in [
      "user.name: terraform", "user.name: *", "user.n*: terraform", "user: {name: terraform}", "user.name.first: *",
    ] {
      #expect(try !meets(query, document, isIndexed: isIndexed), "\(query)")
    }
  }

  @Test("are found by free text, and as whom it was done to", arguments: documents, [true, false])
  func found(document: String, isIndexed: Bool) throws {
    for query in ["terraform", "user.target.name: terraform"] {
      #expect(try meets(query, document, isIndexed: isIndexed), "\(query)")
    }
  }

  @Test("answer where the document means what ECS means", arguments: agreeing, [true, false])
  func spared(document: String, isIndexed: Bool) throws {
    for query in ["user.name: terraform", "user.n*: terraform", "user: {name: terraform}", "terraform"] {
      #expect(try meets(query, document, isIndexed: isIndexed), "\(query)")
    }
  }
}
