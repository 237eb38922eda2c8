internal import AlertModel
internal import PluginKit

/// The identities of an alert: what `actors` are compared with.
struct ActorFields: Sendable {
  /// The fields that identify who did it in one format.
  private struct Sources: Sendable {
    let group: FieldGroup
    /// By place in the group: true where whoever acts can choose the value.
    let isSpoofable: [Bool]
  }

  /// By format.
  private let sources: [Sources]

  /// The identities that each format names.
  init(_ formats: FormatSet) {
    sources = formats.formats.indices.map { format in
      let fields = formats.actorFields(of: format)
      return Sources(group: FieldGroup(fields.map(\.field), in: format), isSpoofable: fields.map(\.isSpoofable))
    }
  }

  /// The identities that ECS has names for, the same for every format.
  init(_ vocabulary: Vocabulary) {
    let common = [
      "user.name", "user.id", "user.email", "aws.cloudtrail.user_identity.arn",
      "aws.cloudtrail.user_identity.session_context.session_issuer.arn", "client.user.name", "client.user.email",
      "source.user.name",
    ].map { vocabulary.field($0) }
    sources = vocabulary.tables.indices.map { table in
      Sources(group: FieldGroup(common, in: table), isSpoofable: common.map { _ in false })
    }
  }

  /// The names of the fields, of all formats.
  var names: [String] { sources.flatMap(\.group.fields).map(\.name).distinct }

  /// One form of an identity.
  struct Identity {
    /// Which of the format's fields it stands in: a number, since it is asked for by name only where it matters.
    let place: Int
    /// True where whoever acts can choose the value.
    let isSpoofable: Bool
    /// The value as the alert has it.
    let value: UnsafeRawBufferPointer
    /// What is compared: the value, or what follows from it.
    let text: UnsafeRawBufferPointer
    /// True where it is a session, whose role comes next.
    let isSession: Bool
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
    guard sources.indices.contains(table) else { return false }
    var last = -1
    return alert.forEachValue(of: sources[table].group) { place, value in
      guard value.isScalar, !value.bytes.isEmpty else { return false }
      let isFurther = place == last
      last = place
      return value.withText { Self.visit(place, sources[table].isSpoofable[place], $0, isFurther: isFurther, body) }
    }
  }

  /// Whether a field has several values, and one for whom `isMeant` is false in every form.
  func namesSeveral(in alert: borrowing Alert, isMeant: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    let table = alert.table
    guard sources.indices.contains(table) else { return false }
    var last = -1
    var count = 0
    var isAnyMissing = false
    return alert.forEachValue(of: sources[table].group) { place, value in
      guard value.isScalar, !value.bytes.isEmpty else { return false }
      if place != last { (last, count, isAnyMissing) = (place, 0, false) }
      count += 1
      let isFound = value.withText { text in
        Self.visit(place, sources[table].isSpoofable[place], text, isFurther: false) { isMeant($0.text) }
      }
      isAnyMissing = isAnyMissing || !isFound
      return count > 1 && isAnyMissing
    }
  }

  /// The name of the field in that place.
  func name(of place: Int, in table: Int) -> String { sources[table].group.fields[place].name }

  private static func visit(
    _ place: Int, _ isSpoofable: Bool, _ value: UnsafeRawBufferPointer, isFurther: Bool, _ body: (Identity) -> Bool
  ) -> Bool {
    let session = SessionName(of: value)
    let chosenFrom = session?.start ?? SessionName.startOfFederatedName(in: value) ?? value.count
    let identity = Identity(
      place: place, isSpoofable: isSpoofable, value: value, text: value, isSession: session != nil,
      chosenFrom: chosenFrom, isFurther: isFurther)
    if body(identity) { return true }
    guard let session else { return false }
    return session.withPrincipal(of: value) { principal in
      body(
        Identity(
          place: place, isSpoofable: isSpoofable, value: value, text: principal, isSession: false,
          chosenFrom: principal.count, isFurther: isFurther))
    }
  }
}

/// The part of an identity that whoever assumed the role chose.
struct SessionName {
  /// Where it begins.
  let start: Int
  /// Where `sts` begins in an ARN; nil for a principal id.
  private let service: Int?
  private let resource: Int

  /// Nil where the value is neither `arn:PARTITION:sts::ACCOUNT:assumed-role/ROLE/SESSION` nor `AROA…:SESSION`.
  init?(of value: UnsafeRawBufferPointer) {
    let colon = UInt8(ascii: ":")
    if Self.has("arn:", in: value, at: 0) {
      // Behind the second colon stands the service, behind the fifth the resource.
      guard let partition = value.place(of: colon, from: 4), Self.has("sts:", in: value, at: partition + 1),
        let region = value.place(of: colon, from: partition + 5),
        let account = value.place(of: colon, from: region + 1),
        Self.has(Self.assumedRole, in: value, at: account + 1)
      else { return nil }
      let service = partition + 1
      let resource = account + 1
      let role = resource + Self.assumedRole.utf8CodeUnitCount
      guard let slash = value.place(of: UInt8(ascii: "/"), from: role), slash > role else { return nil }
      self.service = service
      self.resource = resource
      start = slash + 1
    } else {
      // Unique ids of roles (AROA) and their sessions; federated users have none.
      guard Self.has("AROA", in: value, at: 0), let end = value.place(of: colon) else { return nil }
      service = nil
      resource = 0
      start = end + 1
    }
  }

  /// Where the name begins that whoever asked for a federated user's credentials chose, in
  /// `arn:…:sts::ACCOUNT:federated-user/NAME` and `ACCOUNT:NAME`; nil for anything else
  /// (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html).
  static func startOfFederatedName(in value: UnsafeRawBufferPointer) -> Int? {
    if has("arn:", in: value, at: 0) {
      // Behind the partition stands the service.
      guard let colon = value.place(of: UInt8(ascii: ":"), from: 4), has("sts:", in: value, at: colon + 1),
        let slash = value.place(of: UInt8(ascii: "/"), from: colon)
      else { return nil }
      let kind = slash - federatedUser.utf8CodeUnitCount
      return kind > 0 && has(federatedUser, in: value, at: kind) ? slash + 1 : nil
    }
    guard value.count > 13, value[12] == UInt8(ascii: ":") else { return nil }
    return value[..<12].allSatisfy { $0 &- UInt8(ascii: "0") <= 9 } ? 13 : nil
  }

  private static let federatedUser: StaticString = ":federated-user"

  /// True where the text stands there.
  private static func has(_ text: StaticString, in value: UnsafeRawBufferPointer, at place: Int) -> Bool {
    guard place + text.utf8CodeUnitCount <= value.count else { return false }
    for at in 0..<text.utf8CodeUnitCount where value[place + at] != text.utf8Start[at] { return false }
    return true
  }

  private static let assumedRole: StaticString = "assumed-role/"

  /// Calls `body` with the role that the session is of: its ARN (without a path, which a session's ARN does not tell), or
  /// its unique id.
  func withPrincipal(of value: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    guard let service else { return body(UnsafeRawBufferPointer(rebasing: value[..<(start - 1)])) }
    return withUnsafeTemporaryAllocation(byteCount: value.count, alignment: 1) { buffer in
      var count = 0
      func append(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
        count += bytes.count
      }
      func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
      }
      append(UnsafeRawBufferPointer(rebasing: value[..<service]))
      append("iam")
      append(UnsafeRawBufferPointer(rebasing: value[(service + 3)..<resource]))
      append("role/")
      append(UnsafeRawBufferPointer(rebasing: value[(resource + Self.assumedRole.utf8CodeUnitCount)..<(start - 1)]))
      return body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
    }
  }
}
