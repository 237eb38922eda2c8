internal import AlertModel

/// A value made from another field of the alert, prepared: text and wildcards around the reference. Comparing with it
/// allocates, as the value is known only when the alert is.
struct FieldTemplate: Sendable {
  /// How many values of the field that it refers to are looked at, so that no alert can make it slow.
  private static let maximumValues = 1000

  /// What stands before and behind the reference, cut at the wildcards.
  private let before: [String]
  private let after: [String]
  private let field: FieldReference

  /// - Parameter template: with exactly one reference.
  init(_ template: KQLTemplate, field: FieldReference) {
    self.field = field
    var sides: [[String]] = [[""]]
    for part in template.parts {
      switch part {
      case .text(let text): sides[sides.count - 1][sides[sides.count - 1].count - 1] += text
      case .wildcard: sides[sides.count - 1].append("")
      case .field: sides.append([""])
      }
    }
    before = sides[0]
    after = sides.count > 1 ? sides[1] : [""]
  }

  /// Calls `body` with each test that the template stands for in this alert, until it returns true: one for each value of
  /// the field that it refers to. A field that is missing gives none, nor does an empty value.
  func forEachTest(
    _ comparison: KQLRangeOperator?, in alert: borrowing Alert, _ scope: JSONNode?, _ body: (ValueTest) -> Bool
  ) -> Bool {
    var texts: [String] = []
    field.forEachValue(in: alert, scope) { value in
      if value.isScalar, !value.bytes.isEmpty { texts.append(value.text) }
      return texts.count == Self.maximumValues
    }
    for text in texts where body(test(comparison, text)) { return true }
    return false
  }

  private func test(_ comparison: KQLRangeOperator?, _ value: String) -> ValueTest {
    let joined = (before.last ?? "") + value + (after.first ?? "")
    let segments = before.dropLast() + [joined] + after.dropFirst()
    if let comparison { return .compare(comparison, Self.literal(segments.joined(separator: "*"), with: value)) }
    return segments.count == 1
      ? .equal(Self.literal(joined, with: value)) : .pattern(WildcardPattern(KQLPattern(segments: Array(segments))))
  }

  /// Networks, `now` and date math are for whoever writes the query, never for who writes the alert.
  private static func literal(_ text: String, with value: String) -> Literal {
    value.hasPrefix("now") || value.contains { $0 == "/" || $0 == "|" } ? Literal(verbatim: text) : Literal(text)
  }
}
