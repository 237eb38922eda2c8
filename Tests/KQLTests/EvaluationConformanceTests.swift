import AlertModel
import Foundation
import KQL
import Testing

/// Cases that say which documents a query matches.
@Suite(.enabled(if: SharedCases.areHere))
struct EvaluationConformanceTests {
  @Test func `documents match as Elastic's own evaluator says`() throws {
    for test in try SharedCases.cases("kql/cases.jsonl", kind: "match") {
      let document = try #require(try part("document", of: test.json))
      #expect(try Documents.matches(test.query, document) == test.truth("match"), "line \(test.line): \(test.query)")
    }
  }

  /// Searches whose answer rests on how Elasticsearch was told to index the field, by line.
  static let restsOnMapping: [Int: String] = {
    let analysed = "the field is analysed text, where one word is enough; Weir's values are keywords"
    let constant = "constant_keyword: documents without the field have it too"
    let refused = "Elasticsearch refuses a value that is not of the field's type; without types, nothing matches"
    var reasons: [Int: String] = [:]
    for line in [
      367, 368, 370, 375, 376, 377, 378, 379, 380, 382, 432, 433, 435, 437, 439, 440, 442, 443, 444, 445, 450,
    ] {
      reasons[line] = analysed
    }
    for line in [447, 453] { reasons[line] = constant }
    for line in [383, 386, 392, 401, 406, 415] { reasons[line] = refused }
    return reasons
  }()

  @Test func `searches find what Elasticsearch finds, where the mapping does not decide`() throws {
    var different: [Int: String] = [:]
    for test in try SharedCases.cases("kql/cases.jsonl", kind: "search") {
      let documents = test.fields["documents"] as? [String: Any] ?? [:]
      let all = try #require(try part("documents", of: test.json))
      var hits: Set<String> = []
      for id in documents.keys {
        let document = try #require(try part(id, of: all))
        // The id is no part of the document: free text does not find it.
        let metadata = test.query.hasPrefix("_id") ? [AddedField("_id", text: id)] : []
        if try Documents.matches(test.query, document, added: metadata) { hits.insert(id) }
      }
      if test.fields["hits"] == nil || hits != Set(test.fields["hits"] as? [String] ?? []) {
        different[test.line] = "\(test.query) found \(hits.sorted())"
      }
    }
    #expect(
      Set(different.keys) == Set(Self.restsOnMapping.keys), "\(different.filter { Self.restsOnMapping[$0.key] == nil })"
    )
  }

  @Test(arguments: ["cloud_custodian_cwe", "otrf_ec2_proxy_s3_exfiltration", "panther", "streamalert_tests"])
  func `Elastic's rules match the CloudTrail records that Elastic's evaluator says`(source: String) throws {
    let ecs = try SharedCases.lines("cloudtrail/\(source).ecs.ndjson")
    let raw = try SharedCases.lines("cloudtrail/\(source).ndjson")
    var wrong: [String] = []
    var pairs = 0
    for test in try SharedCases.cases("cloudtrail/\(source).matches.jsonl") {
      let records = test.text("view") == "ecs" ? ecs : raw
      let condition = try Condition(test.query, vocabulary: Documents.vocabulary)
      var matched: [Int] = []
      for record in records {
        let added = [AddedField("_index", text: "cloudwatch-2026.11")]
        if try Documents.withAlert(record.text, added: added, { condition.matches($0, now: Documents.now) }) {
          matched.append(record.number)
        }
        pairs += 1
      }
      let expected = test.fields["matched_lines"] as? [Int] ?? []
      if matched != expected { wrong.append("\(test.text("rule") ?? "") \(test.query): \(matched), not \(expected)") }
    }
    #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
    #expect(pairs > 1000)
  }

  /// The JSON of one member of an object.
  private func part(_ name: String, of json: String) throws -> String? {
    let parser = DocumentParser()
    return try Array(json.utf8).withUnsafeBytes { bytes in
      try parser.parse(bytes).members.first { $0.key.value.text == name }.map {
        String(decoding: $0.value.source, as: UTF8.self)
      }
    }
  }
}
