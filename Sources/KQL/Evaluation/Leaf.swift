internal import AlertModel

/// What is asked of a field's values. A class, since it is looked at for nearly every alert, and copies would cost more than
/// the answer; it never changes.
final class FieldQuestion: Sendable {
  let field: FieldReference
  let test: ValueTest

  init(_ field: FieldReference, _ test: ValueTest) {
    self.field = field
    self.test = test
  }
}

/// One question about an alert that is not made of others.
///
/// A class, so that the program's steps stay small; it never changes.
final class Leaf: Sendable {
  enum Question: Sendable {
    case always(Bool)
    /// The bits of the severities that are accepted, by their raw values.
    case severity(UInt8)
    case field(FieldQuestion)
    case exists(FieldReference)
    /// Any field whose name matches.
    case fields(WildcardPattern, ValueTest)
    case anyField(ValueTest)
    /// The condition for one object; and the same for an object that is known by its members only.
    case nested(FieldReference, Program, inParts: Program?)
    case template(FieldReference, KQLRangeOperator?, FieldTemplate)
  }

  let question: Question

  init(_ question: Question) {
    self.question = question
  }

  func holds(_ alert: borrowing Alert, _ scope: JSONNode?, _ now: Timestamp) -> Bool {
    switch question {
    case .always(let answer): return answer
    case .severity(let accepted): return accepted & 1 << alert.severity.rawValue != 0
    case .field(let question):
      return question.field.forEachValue(in: alert, scope) { question.test.accepts($0, now: now) }
    case .exists(let field): return field.exists(in: alert, scope)
    case .fields(let names, let test):
      return forEachField(in: alert, scope) { Self.accepts($0, $1, names, test, now) }
    case .anyField(let test): return forEachField(in: alert, scope) { test.accepts($1, now: now) }
    case .nested(let field, let program, let inParts):
      if field.forEachObject(in: alert, scope, { program.holds(alert, $0, now) }) { return true }
      guard let inParts, scope == nil, alert.isInParts(field.field) else { return false }
      return inParts.holds(alert, nil, now)
    case .template(let field, let comparison, let template):
      return template.forEachTest(comparison, in: alert, scope) { test in
        field.forEachValue(in: alert, scope) { test.accepts($0, now: now) }
      }
    }
  }

  /// Calls `body` with each value of the one field that is asked for, and whether it is accepted, until it returns true.
  func forEachValue(
    in alert: borrowing Alert, _ scope: JSONNode?, _ now: Timestamp, _ body: (FieldValue, _ isAccepted: Bool) -> Bool
  ) {
    switch question {
    case .field(let question):
      question.field.forEachValue(in: alert, scope) { body($0, question.test.accepts($0, now: now)) }
    case .exists(let field): field.forEachValue(in: alert, scope) { $0.isScalar && body($0, true) }
    case .template(let field, let comparison, let template):
      field.forEachValue(in: alert, scope) { value in
        body(value, template.forEachTest(comparison, in: alert, scope) { $0.accepts(value, now: now) })
      }
    case .always, .severity, .fields, .anyField, .nested: break
    }
  }

  /// The field that is asked for by its name.
  var field: FieldReference? {
    switch question {
    case .field(let question): question.field
    case .exists(let field), .template(let field, _, _): field
    case .always, .severity, .fields, .anyField, .nested: nil
    }
  }

  /// Calls `body` with the field and the first value that are accepted; of a nested question, with those of each question
  /// within.
  func forEachMatch(
    in alert: borrowing Alert, _ scope: JSONNode?, _ now: Timestamp, _ body: (String, String) -> Void
  ) {
    switch question {
    case .always, .severity: break
    case .field, .exists, .template:
      let name = field?.field.name ?? ""
      forEachValue(in: alert, scope, now) { value, isAccepted in
        if isAccepted { body(name, value.isScalar ? value.text : "") }
        return isAccepted
      }
    case .fields, .anyField:
      _ = forEachField(in: alert, scope) { name, value in
        guard accepts(name, value, now: now) else { return false }
        body(name, value.text)
        return true
      }
    case .nested(let field, let program, let inParts):
      let isMet = field.forEachObject(in: alert, scope) { object in
        guard program.holds(alert, object, now) else { return false }
        program.forEachMatch(in: alert, object, now) { body("\(field.field.name).\($0)", $1) }
        return true
      }
      if !isMet, scope == nil, alert.isInParts(field.field) { inParts?.forEachMatch(in: alert, nil, now, body) }
    }
  }

  /// Whether a leaf that asks for any field is content with this one.
  func accepts(_ name: String, _ value: FieldValue, now: Timestamp) -> Bool {
    switch question {
    case .fields(let names, let test): Self.accepts(name, value, names, test, now)
    case .anyField(let test): test.accepts(value, now: now)
    case .always, .severity, .field, .exists, .nested, .template: false
    }
  }

  private static func accepts(
    _ name: String, _ value: FieldValue, _ names: WildcardPattern, _ test: ValueTest, _ now: Timestamp
  ) -> Bool {
    var name = name
    return test.accepts(value, now: now) && name.withUTF8 { names.matches(UnsafeRawBufferPointer($0)) }
  }

  /// Every scalar field of the alert, or of the object; inside an object, names are relative to it. Where names are asked
  /// for, without what stands under one that means something else in the alert's format.
  func forEachField(
    in alert: borrowing Alert, _ scope: JSONNode?, _ body: (String, FieldValue) -> Bool
  ) -> Bool {
    if let scope { return scope.forEachScalar(under: "", body) }
    if case .fields = question { return alert.forEachNamedField(body) }
    return alert.forEachField(body)
  }

  /// True where the answer depends on the time.
  var dependsOnNow: Bool {
    switch question {
    case .always, .severity, .exists: false
    // What a template becomes is known only when the alert is.
    case .template: true
    case .field(let question): question.test.dependsOnNow
    case .fields(_, let test), .anyField(let test): test.dependsOnNow
    case .nested(_, let program, let inParts): program.dependsOnNow || inParts?.dependsOnNow == true
    }
  }
}
