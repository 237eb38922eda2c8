public import AlertModel

/// Why an alert is, or is not, as a query asks: the query's tree with the truth of each part.
public struct Explanation: Sendable {
  /// How the part is made of others.
  public enum Kind: Sendable {
    case all, any, not, nested, leaf
  }

  /// Whether it is a question of its own, or how it joins others.
  public let kind: Kind

  /// Where in the query this part stands, in UTF-8 bytes.
  public let range: Range<Int>

  /// The part as the query writes it; a value of a list comes with its field: `user.name: alice`.
  public let text: String

  /// Whether the alert is as this part asks.
  public let isTrue: Bool

  /// The field that a leaf or a nested part asks for; nil where it asks for any field.
  public let field: String?

  /// The values that decided: of a true leaf those that were accepted, of a false one all that the field has, or none where
  /// it is missing. At most `maximumValues`. Where a leaf asks for any field, each value comes with its name in front.
  public let values: [String]

  /// The parts of an `and`, an `or`, a `not`; of a nested part its condition, as it is for the object that decided.
  public let parts: [Explanation]

  /// The most values that are listed.
  public static let maximumValues = 10
}

extension Condition {
  /// Says of each part of the query whether the alert is as it asks, and by which values. For people: it allocates, and
  /// looks at every part even where the answer is known.
  public func explain(_ alert: borrowing Alert, now: Timestamp) -> Explanation {
    Explainer(query: source, vocabulary: vocabulary, now: now).explain(expression, alert, nil)
  }
}

private struct Explainer {
  let query: String
  let vocabulary: Vocabulary
  let now: Timestamp

  func explain(_ expression: KQLExpression, _ alert: borrowing Alert, _ scope: JSONNode?) -> Explanation {
    switch expression.kind {
    case .and(let parts):
      let explained = explain(parts, alert, scope)
      return explanation(.all, expression, explained.allSatisfy(\.isTrue), parts: explained)
    case .or(let parts):
      let explained = explain(parts, alert, scope)
      return explanation(.any, expression, explained.contains(where: \.isTrue), parts: explained)
    case .not(let part):
      let explained = explain(part, alert, scope)
      return explanation(.not, expression, !explained.isTrue, parts: [explained])
    case .nested(let field, let part):
      return explainNested(expression, field.text, part, alert, scope)
    case .is, .range:
      return explainLeaf(expression, alert, scope)
    }
  }

  private func explain(_ parts: [KQLExpression], _ alert: borrowing Alert, _ scope: JSONNode?) -> [Explanation] {
    var explained: [Explanation] = []
    for part in parts { explained.append(explain(part, alert, scope)) }
    return explained
  }

  /// The first object that the condition holds for decides; without one, the last.
  private func explainNested(
    _ expression: KQLExpression, _ field: String, _ part: KQLExpression, _ alert: borrowing Alert, _ scope: JSONNode?
  ) -> Explanation {
    var decisive: Explanation?
    _ = FieldReference(field, vocabulary).forEachObject(in: alert, scope) { object in
      let explained = explain(part, alert, object)
      decisive = explained
      return explained.isTrue
    }
    if scope == nil, decisive?.isTrue != true, let whole = part.below(field),
      alert.isInParts(FieldReference(field, vocabulary).field)
    {
      decisive = explain(whole, alert, nil)
    }
    return explanation(
      .nested, expression, decisive?.isTrue ?? false, field: field, parts: decisive.map { [$0] } ?? [])
  }

  private func explainLeaf(_ expression: KQLExpression, _ alert: borrowing Alert, _ scope: JSONNode?) -> Explanation {
    let compiler = Compiler(query: query, vocabulary: vocabulary)
    // What compiled once compiles again.
    guard let leaf = try? compiler.leaf(expression, isNested: scope != nil) else {
      return explanation(.leaf, expression, false)
    }
    let holds = leaf.holds(alert, scope, now)
    var values: [String] = []
    var name = leaf.field?.field.name
    func list(_ value: String) -> Bool {
      if !values.contains(value) { values.append(value) }
      return values.count == Explanation.maximumValues
    }
    switch leaf.question {
    case .severity:
      name = "severity"
      values = [alert.severity.description]
    case .fields, .anyField:
      guard holds else { break }
      _ = leaf.forEachField(in: alert, scope) { name, value in
        leaf.accepts(name, value, now: now) && list("\(name): \(value.shown)")
      }
    case .always, .field, .exists, .template, .nested: break
    }
    leaf.forEachValue(in: alert, scope, now) { value, isAccepted in (!holds || isAccepted) && list(value.shown) }
    return explanation(.leaf, expression, holds, field: name, values: values)
  }

  private func explanation(
    _ kind: Explanation.Kind, _ expression: KQLExpression, _ isTrue: Bool, field: String? = nil, values: [String] = [],
    parts: [Explanation] = []
  ) -> Explanation {
    Explanation(
      kind: kind, range: expression.range, text: text(of: expression), isTrue: isTrue, field: field, values: values,
      parts: parts)
  }

  private func text(of expression: KQLExpression) -> String {
    let written = String(decoding: Array(query.utf8)[expression.range], as: UTF8.self)
      .split(omittingEmptySubsequences: true, whereSeparator: \.isNewline).joined(separator: " ")
    switch expression.kind {
    case .is, .range: return expression.description
    case .and, .or, .not, .nested: return written
    }
  }
}

extension FieldValue {
  /// The value as text; objects in short.
  fileprivate var shown: String { isScalar ? text : kind == .object ? "{…}" : "[…]" }
}
