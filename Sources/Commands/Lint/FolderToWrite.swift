internal import Glibc
internal import PluginKit

/// A folder that a gateway keeps something in, looked at without making or changing it.
struct FolderToWrite {
  let path: String
  /// What it is: `state folder`.
  let name: String
  /// The setting that names it.
  let setting: String
  /// Where that is written.
  let place: SourcePlace

  /// Why a gateway cannot use it; nil where it can, or can make it.
  var problem: String? {
    guard let obstacle = FolderObstacle(to: path) else { return nil }
    let what =
      obstacle.place == path
      ? "the \(name) '\(path)' cannot be written to" : "the \(name) '\(path)' cannot be made in '\(obstacle.place)'"
    let reason = String(cString: strerror(obstacle.code))
    return "\(what): \(reason); make it writable for this user, or set another one with '\(setting)'"
  }
}
