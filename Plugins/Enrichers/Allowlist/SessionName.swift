internal import AlertModel
internal import Glibc
internal import PluginKit

/// The part of an identity that whoever opened a session chose.
enum ChosenPart {
  case none
  /// Whoever assumed a role chose the session's name.
  case session(SessionName)
  /// Whoever asked for a federated user's credentials chose the name that begins there: in
  /// `arn:…:sts::ACCOUNT:federated-user/NAME` and `ACCOUNT:NAME`
  /// (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html).
  case federatedName(start: Int)

  init(of value: UnsafeRawBufferPointer) {
    if value.has("arn:", at: 0) {
      self.init(ofARN: value)
    } else if value.has("AROA", at: 0) {
      // Unique ids of roles and their sessions; federated users have none.
      self = value.place(of: UInt8(ascii: ":")).map { .session(SessionName(ofID: $0 + 1)) } ?? .none
    } else if value.count > 13, value[12] == UInt8(ascii: ":"),
      value[..<12].allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 })
    {
      self = .federatedName(start: 13)
    } else {
      self = .none
    }
  }

  private init(ofARN value: UnsafeRawBufferPointer) {
    self = .none
    let colon = UInt8(ascii: ":")
    let slash = UInt8(ascii: "/")
    // Behind the second colon stands the service, behind the fifth the resource.
    guard let partition = value.nearPlace(of: colon, from: 4), value.has("sts:", at: partition + 1) else { return }
    let service = partition + 1
    if let region = value.nearPlace(of: colon, from: service + 4),
      let account = value.nearPlace(of: colon, from: region + 1), value.has(SessionName.assumedRole, at: account + 1)
    {
      let role = account + 1 + SessionName.assumedRole.utf8CodeUnitCount
      if let end = value.nearPlace(of: slash, from: role), end > role {
        self = .session(SessionName(start: end + 1, service: service, resource: account + 1))
        return
      }
    }
    guard let end = value.nearPlace(of: slash, from: service) else { return }
    let kind = end - Self.federatedUser.utf8CodeUnitCount
    if kind > 0, value.has(Self.federatedUser, at: kind) { self = .federatedName(start: end + 1) }
  }

  private static let federatedUser: StaticString = ":federated-user"

  /// Where it begins; nil where there is none.
  var start: Int? {
    switch self {
    case .none: nil
    case .session(let name): name.start
    case .federatedName(let start): start
    }
  }
}

/// The name of a session in an identity, and the role that it is of.
struct SessionName {
  /// Where it begins.
  let start: Int
  /// Where `sts` begins in an ARN; nil for a principal id.
  private let service: Int?
  private let resource: Int

  /// Nil where the value is neither `arn:PARTITION:sts::ACCOUNT:assumed-role/ROLE/SESSION` nor `AROA…:SESSION`.
  init?(of value: UnsafeRawBufferPointer) {
    guard case .session(let name) = ChosenPart(of: value) else { return nil }
    self = name
  }

  fileprivate init(start: Int, service: Int, resource: Int) {
    self.start = start
    self.service = service
    self.resource = resource
  }

  fileprivate init(ofID start: Int) {
    self.start = start
    service = nil
    resource = 0
  }

  fileprivate static let assumedRole: StaticString = "assumed-role/"

  /// Calls `body` with the role that the session is of: its ARN (without a path, which a session's ARN does not tell), or
  /// its unique id.
  func withPrincipal<Result>(
    of value: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    let end = start - 1
    guard let service else { return body(UnsafeRawBufferPointer(rebasing: value[..<end])) }
    // `iam` in place of `sts`, and `role/` in place of `assumed-role/`.
    return withUnsafeTemporaryAllocation(byteCount: value.count, alignment: 1) { role in
      let name = resource + Self.assumedRole.utf8CodeUnitCount
      let nameAfter = resource + Self.role.utf8CodeUnitCount
      role.copyMemory(from: UnsafeRawBufferPointer(rebasing: value[..<resource]))
      role.write("iam", at: service)
      role.write(Self.role, at: resource)
      UnsafeMutableRawBufferPointer(rebasing: role[nameAfter...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: value[name..<end]))
      return body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(role)[..<(nameAfter + end - name)]))
    }
  }

  private static let role: StaticString = "role/"
}

extension UnsafeMutableRawBufferPointer {
  @inline(__always)
  fileprivate func write(_ text: StaticString, at place: Int) {
    UnsafeMutableRawBufferPointer(rebasing: self[place...])
      .copyMemory(from: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

extension UnsafeRawBufferPointer {
  /// True where the text stands there. Inlined, so that a comparison with a few known bytes is all that is left of it.
  @inline(__always)
  fileprivate func has(_ text: StaticString, at place: Int) -> Bool {
    guard place + text.utf8CodeUnitCount <= count, let start = baseAddress else { return false }
    return memcmp(start + place, text.utf8Start, text.utf8CodeUnitCount) == 0
  }
}
