public import PluginKit

/// The formats that ship, in order of priority.
public enum BundledFormats {
  /// Every format; the last one is `generic`, which takes what no other does.
  public static let all: [Format] = [
    .elastic, .cloudTrail, .ecs, .generic,
  ]
}
