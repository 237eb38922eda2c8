/// A plugin that can say how what it holds differs from before, for the record of a reload.
public protocol ChangeTelling: Plugin {
  /// What is different from an earlier plugin with the same name, one line each: `entry 'x' added`. Never a secret.
  func changes(since earlier: Self) -> [String]
}
