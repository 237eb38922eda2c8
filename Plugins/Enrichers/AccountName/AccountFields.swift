internal import AlertModel
internal import Glibc
internal import PluginKit

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
  private let groups: BorrowingArray<FieldGroup>

  /// What the account is that stands in a field.
  private static let roles = [AccountRole.own, .recipient, .resource]

  init(_ vocabulary: Vocabulary) {
    let fields = [
      "cloud.account.id", "aws.cloudtrail.recipient_account_id", "aws.cloudtrail.resources.account_id",
      "aws.cloudtrail.user_identity.arn", "aws.cloudtrail.user_identity.session_context.session_issuer.arn",
    ].map { vocabulary.field($0) }
    groups = BorrowingArray(vocabulary.tables.indices.map { FieldGroup(fields, in: $0) })
  }

  /// Calls `body` with the different account ids of an alert, its own first.
  func withIDs<Result>(of alert: borrowing Alert, _ body: (AccountIDs) -> Result) -> Result {
    withUnsafeTemporaryAllocation(byteCount: AccountIDs.roomNeeded, alignment: 8) { room in
      var ids = AccountIDs(room: room)
      groups.ask(alert.table) { group in
        _ = alert.forEachValue(of: group) { place, value in
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
      return body(ids)
    }
  }

  /// The fifth part of `arn:partition:service:region:account:resource`
  /// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html).
  private static func account(ofARN arn: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard arn.count > 4, arn[0] == UInt8(ascii: "a"), arn[1] == UInt8(ascii: "r"), arn[2] == UInt8(ascii: "n"),
      arn[3] == UInt8(ascii: ":")
    else { return nil }
    let colon = UInt8(ascii: ":")
    guard let service = arn.nearPlace(of: colon, from: 4), let region = arn.nearPlace(of: colon, from: service + 1),
      let account = arn.nearPlace(of: colon, from: region + 1), let end = arn.nearPlace(of: colon, from: account + 1),
      end > account + 1
    else { return nil }
    return UnsafeRawBufferPointer(rebasing: arn[(account + 1)..<end])
  }
}

/// A few account ids, in memory that is lent to it: ids of at most 64 bytes, four different ones at the most.
struct AccountIDs {
  private static let longest = 64
  private static let most = 4

  /// How many bytes of memory it must be lent.
  static let roomNeeded = longest * most

  private let room: UnsafeMutableRawBufferPointer
  private var lengths = InlineArray<4, Int>(repeating: 0)
  private var roles = InlineArray<4, AccountRole>(repeating: .own)

  private(set) var count = 0

  init(room: UnsafeMutableRawBufferPointer) {
    self.room = room
  }

  /// The id in that place; valid as long as the memory.
  subscript(place: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: room.baseAddress.map { $0 + place * Self.longest }, count: lengths[place])
  }

  /// What the account is. The first one is the alert's own, whatever field it was found in.
  func role(of place: Int) -> AccountRole { place == 0 ? .own : roles[place] }

  /// Adds an id unless it is there already. Longer ids and a fifth one are of no account.
  mutating func insert(_ id: UnsafeRawBufferPointer, _ role: AccountRole) {
    guard !id.isEmpty, id.count <= Self.longest, !contains(id), count < Self.most else { return }
    UnsafeMutableRawBufferPointer(rebasing: room[(count * Self.longest)...]).copyMemory(from: id)
    lengths[count] = id.count
    roles[count] = role
    count += 1
  }

  @inline(__always)
  private func contains(_ id: UnsafeRawBufferPointer) -> Bool {
    guard let start = room.baseAddress, let bytes = id.baseAddress else { return false }
    for place in 0..<count where lengths[place] == id.count {
      if memcmp(start + place * Self.longest, bytes, id.count) == 0 { return true }
    }
    return false
  }
}
