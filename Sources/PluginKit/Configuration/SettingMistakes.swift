/// Gathers what is wrong with a plugin's settings, so that one mistake hides no other.
public struct SettingMistakes {
  private var diagnostics: [Diagnostic] = []

  public init() {}

  public mutating func note(_ mistake: ConfigurationError) { diagnostics += mistake.diagnostics }

  /// Runs a check, and goes on after what is wrong.
  ///
  /// - Returns: what it returned; nil where it threw.
  @discardableResult
  public mutating func collect<Result>(_ check: () throws(ConfigurationError) -> Result) -> Result? {
    do throws(ConfigurationError) {
      return try check()
    } catch {
      note(error)
      return nil
    }
  }

  /// - Throws: `ConfigurationError` with all that was noted, where anything was.
  public func throwAny() throws(ConfigurationError) {
    if !diagnostics.isEmpty { throw ConfigurationError(diagnostics) }
  }

  /// Runs the last check, without whose result nothing goes on.
  ///
  /// - Throws: `ConfigurationError` with all that was noted and what this check found.
  public mutating func finish<Result>(
    _ check: () throws(ConfigurationError) -> Result
  ) throws(ConfigurationError) -> Result {
    guard let result = collect(check) else { throw ConfigurationError(diagnostics) }
    try throwAny()
    return result
  }
}
