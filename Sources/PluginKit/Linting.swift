public import AlertModel

/// A plugin that can find what is allowed in its configuration but probably not meant: for `weir check`.
public protocol Linting: Plugin {
  /// What to warn of, in the order of the files. Called after `load`; changes nothing.
  func lint(now: Timestamp) -> [Diagnostic]
}
