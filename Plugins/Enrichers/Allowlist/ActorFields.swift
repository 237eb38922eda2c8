internal import AlertModel
internal import PluginKit

/// The identities of an alert: what `actors` are compared with.
struct ActorFields: Sendable {
  /// By format.
  private let groups: BorrowingArray<FieldGroup>
  /// What else there is to say of the fields, format after format.
  private let traits: [Trait]
  /// By format: where its fields begin among `traits`.
  private let starts: [Int]

  private struct Trait: Sendable {
    /// True where whoever acts can choose the value.
    let isSpoofable: Bool
    let name: Suppression.FieldName
  }

  /// The identities that each format names.
  init(_ formats: FormatSet) {
    self.init(formats.formats.indices.map { formats.actorFields(of: $0).map { ($0.field, $0.isSpoofable) } })
  }

  /// The identities that ECS has names for, the same for every format.
  init(_ vocabulary: Vocabulary) {
    let common = [
      "user.name", "user.id", "user.email", "aws.cloudtrail.user_identity.arn",
      "aws.cloudtrail.user_identity.session_context.session_issuer.arn", "client.user.name", "client.user.email",
      "source.user.name",
    ].map { (field: vocabulary.field($0), isSpoofable: false) }
    self.init(vocabulary.tables.map { _ in common })
  }

  /// - Parameter fields: by format.
  private init(_ fields: [[(field: Field, isSpoofable: Bool)]]) {
    groups = BorrowingArray(fields.enumerated().map { FieldGroup($1.map(\.field), in: $0) })
    traits = fields.joined().map { Trait(isSpoofable: $0.isSpoofable, name: Suppression.FieldName($0.field.name)) }
    starts = fields.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
  }

  /// The names of the fields, of all formats.
  var names: [String] { groups.flatMap(\.fields).map(\.name).distinct }

  /// One form of an identity.
  struct Identity {
    /// Which of the format's fields it stands in: a number, since it is asked for by name only where it matters.
    let place: Int
    /// True where whoever acts can choose the value.
    let isSpoofable: Bool
    /// The value as the alert has it.
    let value: FieldValue
    /// What is compared: the value, or what follows from it.
    let text: UnsafeRawBufferPointer
    /// Where the part begins that whoever opened a session chose; the end where there is none.
    let chosenFrom: Int
    /// True where the field has another value before this one.
    let isFurther: Bool
  }

  /// Calls `body` with every form of every identity, until it returns true: each value; for a session of an assumed role
  /// its role's ARN; for the principal id of a session the part before the colon
  /// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html).
  @discardableResult
  func forEachIdentity(of alert: borrowing Alert, _ body: (Identity) -> Bool) -> Bool {
    let table = alert.table
    guard groups.indices.contains(table) else { return false }
    let first = starts[table]
    var last = -1
    return groups.ask(table) { group in
      alert.forEachValue(of: group) { place, value in
        guard value.isScalar, !value.bytes.isEmpty else { return false }
        let isFurther = place == last
        last = place
        return Self.visit(place, traits[first + place].isSpoofable, value, isFurther: isFurther, body)
      }
    }
  }

  /// Calls `body` with each identity in one of the fields, and of a session only with its role.
  func forEachPrincipal(of alert: borrowing Alert, in place: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    let field = groups.ask(alert.table) { $0.fields[place] }
    alert.forEachValue(field) { value in
      guard value.isScalar, !value.bytes.isEmpty else { return false }
      value.withText { text in
        guard let session = SessionName(of: text) else { return body(text) }
        session.withPrincipal(of: text) { body($0) }
      }
      return false
    }
  }

  /// Whether a field has several values, and one for whom `isMeant` is false in every form.
  func namesSeveral(in alert: borrowing Alert, isMeant: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    guard groups.indices.contains(alert.table) else { return false }
    var last = -1
    var count = 0
    var isAnyMissing = false
    return groups.ask(alert.table) { group in
      alert.forEachValue(of: group) { place, value in
        guard value.isScalar, !value.bytes.isEmpty else { return false }
        if place != last { (last, count, isAnyMissing) = (place, 0, false) }
        count += 1
        let isFound = Self.visit(place, false, value, isFurther: false) { isMeant($0.text) }
        isAnyMissing = isAnyMissing || !isFound
        return count > 1 && isAnyMissing
      }
    }
  }

  /// The name of the field in that place.
  func name(of place: Int, in table: Int) -> Suppression.FieldName { traits[starts[table] + place].name }

  @inline(__always)
  private static func visit(
    _ place: Int, _ isSpoofable: Bool, _ value: FieldValue, isFurther: Bool, _ body: (Identity) -> Bool
  ) -> Bool {
    value.withText { text in
      let chosen = ChosenPart(of: text)
      let identity = Identity(
        place: place, isSpoofable: isSpoofable, value: value, text: text, chosenFrom: chosen.start ?? text.count,
        isFurther: isFurther)
      if body(identity) { return true }
      guard case .session(let session) = chosen else { return false }
      return session.withPrincipal(of: text) { principal in
        body(
          Identity(
            place: place, isSpoofable: isSpoofable, value: value, text: principal, chosenFrom: principal.count,
            isFurther: isFurther))
      }
    }
  }
}
