import AlertModel
import Foundation
import PluginKit
import Testing

/// CloudTrail records beside what Elastic's AWS integration makes of them.
@Suite(
  "CloudTrail as Elastic maps it",
  .enabled(if: SharedMaterial.isThere, Comment(rawValue: SharedMaterial.missing)))
struct CloudTrailConformanceTests {
  /// Names that Weir answers besides Elastic's.
  static let weirs: Set<String> = ["rule.id", "rule.name", "message", "severity"]

  static let files: [(raw: String, expected: String)] =
    [("pairs_raw", "pairs_expected")]
    + ["cloud_custodian_cwe", "otrf_ec2_proxy_s3_exfiltration", "panther", "streamalert_tests"].map {
      ($0, $0 + ".ecs")
    }

  @Test("every leaf of the view is Elastic's, and none is missing", arguments: files)
  func views(raw: String, expected: String) throws {
    let expectations = try SharedMaterial.lines("conformance/cloudtrail/\(expected).ndjson")
    // The pairs leave out what is the same for every record.
    let constants: Set<String> =
      expected == "pairs_expected"
      ? [
        "cloud.provider", "event.dataset", "event.module", "data_stream.dataset", "data_stream.type",
        "data_stream.namespace",
      ]
      : []
    for (line, record) in try SharedMaterial.lines("conformance/cloudtrail/\(raw).ndjson").enumerated() {
      let view = try #require(try Sample.views(of: record).first)
      var ours = try leaves(of: view)
      var theirs = try leaves(of: expectations[line])
      theirs["_file"] = nil
      for name in Self.weirs.union(constants) where theirs[name] == nil { ours[name] = nil }
      // The pair was made before Elastic's pipeline began to add the user of the request.
      if raw == "pairs_raw", theirs["related.user"] == nil { ours["related.user"] = nil }
      for name in Set(ours.keys).union(theirs.keys).sorted() {
        #expect(ours[name] == theirs[name], "\(raw), line \(line + 1): \(name)")
      }
    }
  }

  @Test("a look-up by an ECS name answers what the view says", arguments: files)
  func lookUps(raw: String, expected: String) throws {
    let expectations = try SharedMaterial.lines("conformance/cloudtrail/\(expected).ndjson")
    for (line, record) in try SharedMaterial.lines("conformance/cloudtrail/\(raw).ndjson").enumerated() {
      let theirs = try leaves(of: expectations[line])
      try Sample.forEach(in: record) { alert, format in
        #expect(format == "cloudtrail")
        for (name, values) in theirs where name != "_file" {
          #expect(Set(alert.texts(name)) == Set(values), "\(raw), line \(line + 1): \(name)")
        }
      }
    }
  }

  /// By dotted name, the values as text; those of arrays in their order.
  private func leaves(of json: String) throws -> [String: [String]] {
    var leaves: [String: [String]] = [:]
    let parser = DocumentParser()
    var json = json
    try json.withUTF8 { bytes in
      collect(try parser.parse(UnsafeRawBufferPointer(bytes)), "", &leaves)
    }
    return leaves
  }

  private func collect(_ node: JSONNode, _ name: String, _ leaves: inout [String: [String]]) {
    switch node.kind {
    case .object:
      for member in node.members {
        let key = member.key.value.text
        collect(member.value, name.isEmpty ? key : name + "." + key, &leaves)
      }
    case .array: for element in node.elements { collect(element, name, &leaves) }
    default: leaves[name, default: []].append(node.value.text)
    }
  }
}
