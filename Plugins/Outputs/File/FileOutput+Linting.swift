public import AlertModel
public import PluginKit

extension FileOutput: Linting {
  /// What would end a run as it begins. Where nobody gave a path the file is in the state folder, which is looked at anyway.
  public func lint(now: Timestamp) -> [Diagnostic] {
    guard options.$path.isGiven, !template.hasFields, let obstacle = AppendingFile.obstacle(to: template.path(at: now))
    else { return [] }
    return [Diagnostic(.error, obstacle.reason, at: options.$path.place)]
  }
}
