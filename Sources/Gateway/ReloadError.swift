internal import PluginKit

/// Why a configuration was not taken over. The one before it goes on.
public enum ReloadError: Error, Sendable, CustomStringConvertible {
  /// The gateway has come to its end.
  case isEnding
  /// Something that only a start can change.
  case needsRestart([String])
  /// A part of it could not begin.
  case cannotStart(String)

  public var description: String {
    switch self {
    case .isEnding: "weir is ending"
    case .needsRestart(let reasons): reasons.joined(separator: "; ")
    case .cannotStart(let reason): reason
    }
  }
}
