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
}
