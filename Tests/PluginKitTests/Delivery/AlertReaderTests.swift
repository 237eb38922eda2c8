import AlertModel
import PluginTesting
import Testing

@testable import PluginKit

/// Reading alerts again.
@Suite struct AlertReaderTests {
  private static let names = ["rule.name", "user.name", "message", "weir.alert_id", "tags", "a.a.a", "n"]

  /// A batch of all odd alerts.
  private static func batch(_ fixtures: AlertFixtures) throws -> DeliveryBatch {
    DeliveryBatch(try fixtures.block(OddAlerts.documents))
  }

  private static func values(_ fields: [Field], of alert: OutgoingAlert, by reader: AlertReader) throws -> [String] {
    try reader.read(alert) { alert in
      var values: [String] = []
      for field in fields {
        alert.forEachValue(field) { value in
          values.append("\(field.name)=\(value.text)")
          return false
        }
      }
      return values
    }
  }

  @Test func `A reader finds the same with an index as without, also of fields that the index does not know`() throws {
    let fixtures = AlertFixtures()
    let batch = try Self.batch(fixtures)
    let known = Self.names.map { fixtures.vocabulary.field($0) }
    let kept = AlertReader(vocabulary: fixtures.vocabulary)
    let alerts = (0..<batch.count).map { batch[$0] }
    while !kept.hasIndex { for alert in alerts { _ = try Self.values(known, of: alert, by: kept) } }
    let fields = known + ["rule.id", "source.ip", "cloud.account.id"].map { fixtures.vocabulary.field($0) }
    for alert in alerts {
      let new = AlertReader(vocabulary: fixtures.vocabulary)
      let expected = try Self.values(fields, of: alert, by: new)
      #expect(try Self.values(fields, of: alert, by: kept) == expected)
      #expect(!new.hasIndex)
    }
  }

  @Test func `A reader is kept, and nobody else has it meanwhile`() throws {
    let fixtures = AlertFixtures()
    let readers = AlertReaders(vocabulary: fixtures.vocabulary)
    let batch = try fixtures.batch(#"{"n":1}"#, #"{"n":2}"#)
    let number = fixtures.vocabulary.field("n")
    for _ in 0..<3 {
      let found = try readers.read(batch[0]) { first in
        try readers.read(batch[1]) { second in [first.text(number), second.text(number)] }
      }
      #expect(found == ["1", "2"])
      #expect(readers.largestOfFree.count == 2)
    }
  }

  @Test func `The memory for a large alert is given back`() throws {
    let fixtures = AlertFixtures()
    let readers = AlertReaders(vocabulary: fixtures.vocabulary)
    let large = #"{"message":"\#(String(repeating: "x", count: AlertReaders.largestKept))"}"#
    let batch = try fixtures.batch(#"{"message":"small"}"#, large)
    try readers.read(batch[0]) { _ in }
    #expect(readers.largestOfFree == [batch[0].withJSON { $0.count }])
    try readers.read(batch[1]) { _ in }
    #expect(readers.largestOfFree == [])
  }
}
