public import AlertModel
internal import Foundation
public import PluginKit

/// A silence as the state folder keeps it: with who ordered it, and what has become of it.
public struct KeptSilence: Sendable, Equatable {
  /// What it holds back, why and until when.
  public let silence: Silence
  /// The user and the machine that added it.
  public let addedBy: String
  /// The end, where it was ended before its time.
  public var expired: Timestamp?
  /// The user and the machine that ended it.
  public var expiredBy: String?
  /// How many alerts it has held back.
  public var held = 0
  /// Of which moments gateways have told.
  public var told: Set<Moment> = []

  /// What a notice tells of.
  public enum Moment: String, Sendable, Codable {
    case begun, ended
  }

  public init(_ silence: Silence, addedBy: String) {
    self.silence = silence
    self.addedBy = addedBy
  }

  /// When it ends or ended.
  public var end: Timestamp { expired.map { min($0, silence.ends) } ?? silence.ends }

  /// True while it is to be obeyed.
  public func isInForce(_ now: Timestamp) -> Bool { silence.begins <= now && now < end }
}

/// How a silence is written in its file: members by name, times in RFC 3339.
struct WrittenSilence: Codable {
  var id, when, reason, owner, addedBy, begins, ends, ceiling: String
  var acceptSpoofable: Bool?
  var expired, expiredBy: String?
  var held: Int
  var told: [KeptSilence.Moment]

  private enum CodingKeys: String, CodingKey {
    case id, when, reason, owner, begins, ends, ceiling, held, told, expired
    case addedBy = "added_by"
    case acceptSpoofable = "accept_spoofable"
    case expiredBy = "expired_by"
  }

  init(_ kept: KeptSilence) {
    let silence = kept.silence
    id = silence.id
    when = silence.when
    reason = silence.reason
    owner = silence.owner
    addedBy = kept.addedBy
    begins = silence.begins.rfc3339
    ends = silence.ends.rfc3339
    ceiling = silence.ceiling.description
    acceptSpoofable = silence.acceptsSpoofable ? true : nil
    expired = kept.expired?.rfc3339
    expiredBy = kept.expiredBy
    held = kept.held
    told = kept.told.sorted { $0.rawValue < $1.rawValue }
  }

  /// Nil where a time or a severity is none.
  var kept: KeptSilence? {
    guard let begins = Timestamp(begins), let ends = Timestamp(ends), let ceiling = Severity(name: ceiling) else {
      return nil
    }
    let silence = Silence(
      id: id, when: when, reason: reason, owner: owner, begins: begins, ends: ends, ceiling: ceiling,
      acceptsSpoofable: acceptSpoofable ?? false)
    var kept = KeptSilence(silence, addedBy: addedBy)
    kept.expired = expired.flatMap { Timestamp($0) }
    kept.expiredBy = expiredBy
    // More than any run can count is somebody's mistake, and must not overflow.
    kept.held = max(0, min(held, 1 << 53))
    kept.told = Set(told)
    return kept
  }
}
