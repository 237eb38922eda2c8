internal import AlertModel

/// What the configuration says about silences.
public struct SilenceRules: Sendable {
  /// A silence that would be longer is not obeyed.
  public var longest: Duration
  /// Where notices of silences go: places in the list of outputs; empty for wherever the routes lead.
  public var notices: [Int]

  public init(longest: Duration, notices: [Int] = []) {
    self.longest = longest
    self.notices = notices
  }

  /// True while the silence is to be obeyed.
  func obeys(_ kept: KeptSilence, _ now: Timestamp) -> Bool { kept.isInForce(now) && allows(kept) }

  /// True where the silence is not longer than one may be.
  func allows(_ kept: KeptSilence) -> Bool { kept.silence.ends - kept.silence.begins <= longest }
}
