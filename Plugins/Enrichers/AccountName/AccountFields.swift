internal import AlertModel

/// What an account is to an alert, and where its name goes.
enum AccountRole: Int, CaseIterable, Sendable {
  case own, recipient, actor, resource

  /// ECS has a name for the alert's own account only.
  var prefix: String {
    switch self {
    case .own: "cloud.account"
    case .recipient: "weir.recipient_account"
    case .actor: "weir.actor_account"
    case .resource: "weir.resource_account"
    }
  }
}

/// Where alerts have account ids.
struct AccountFields: Sendable {
  /// By format: the fields of `roles`, and behind them the actor's ARNs.
  private let groups: [FieldGroup]

  /// What the account is that stands in a field.
  private static let roles = [AccountRole.own, .recipient, .resource]

  init(_ vocabulary: Vocabulary) {
    let fields = [
      "cloud.account.id", "aws.cloudtrail.recipient_account_id", "aws.cloudtrail.resources.account_id",
      "aws.cloudtrail.user_identity.arn", "aws.cloudtrail.user_identity.session_context.session_issuer.arn",
    ].map { vocabulary.field($0) }
    groups = vocabulary.tables.indices.map { FieldGroup(fields, in: $0) }
  }

  /// Collects the different account ids of an alert, its own first.
  func collect(_ alert: borrowing Alert, into ids: inout AccountIDs) {
    alert.forEachValue(of: groups[alert.table]) { place, value in
      guard value.isScalar else { return false }
      value.withText { text in
        if place < Self.roles.count {
          ids.insert(text, Self.roles[place])
        } else if let id = Self.account(ofARN: text) {
          ids.insert(id, .actor)
        }
      }
      return false
    }
  }

  /// The fifth part of `arn:partition:service:region:account:resource`
  /// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html).
  private static func account(ofARN arn: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard arn.count > 4, arn[0] == UInt8(ascii: "a"), arn[1] == UInt8(ascii: "r"), arn[2] == UInt8(ascii: "n"),
      arn[3] == UInt8(ascii: ":")
    else { return nil }
    let colon = UInt8(ascii: ":")
    guard let service = arn.place(of: colon, from: 4), let region = arn.place(of: colon, from: service + 1),
      let account = arn.place(of: colon, from: region + 1), let end = arn.place(of: colon, from: account + 1),
      end > account + 1
    else { return nil }
    return UnsafeRawBufferPointer(rebasing: arn[(account + 1)..<end])
  }
}

/// A few account ids, without memory of their own: ids of at most 64 bytes, four different ones at the most.
struct AccountIDs {
  /// One id.
  struct ID {
    let role: AccountRole
    fileprivate let count: Int
    fileprivate let bytes: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

    func equals(_ id: UnsafeRawBufferPointer) -> Bool { withBytes { $0.hasSameBytes(as: id) } }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
      withUnsafeBytes(of: bytes) { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }

    var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
  }

  private var first: ID?
  private var others: [ID] = []

  var count: Int { first == nil ? 0 : 1 + others.count }

  subscript(index: Int) -> ID {
    guard index == 0, let first else { return others[index - 1] }
    return first
  }

  /// Adds an id unless it is there already. Longer ids and a fifth one are of no account.
  mutating func insert(_ id: UnsafeRawBufferPointer, _ role: AccountRole) {
    guard !id.isEmpty, id.count <= 64, count < 4, first?.equals(id) != true, !others.contains(where: { $0.equals(id) })
    else { return }
    var bytes = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    withUnsafeMutableBytes(of: &bytes) { $0.copyBytes(from: id) }
    let new = ID(role: role, count: id.count, bytes: bytes)
    if first == nil { first = new } else { others.append(new) }
  }
}
