/// A plugin that has learned something that should survive a restart or a reload.
public protocol StatefulPlugin: Plugin {
  /// True where it has, or will have, something to remember.
  var isLearning: Bool { get }

  /// What it knows, in a form of its own. Called now and then while alerts pass, and after the last.
  func snapshot() -> [UInt8]

  /// Takes up what an earlier `snapshot` gave, after `load` and before the first alert. What cannot be read is ignored:
  /// the plugin then begins anew and logs that it does.
  func restore(_ snapshot: [UInt8])

  /// Takes up what the plugin knows whose place this one takes at a reload, before the first alert. Without an own
  /// implementation: what its `snapshot` gives.
  func takeOver(from earlier: any StatefulPlugin)
}

extension StatefulPlugin {
  public var isLearning: Bool { true }

  public var stateful: (any StatefulPlugin)? { self }

  public func takeOver(from earlier: any StatefulPlugin) { restore(earlier.snapshot()) }
}
