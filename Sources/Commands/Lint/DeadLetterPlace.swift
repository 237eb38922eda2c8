internal import Gateway
internal import GatewayConfig
internal import Glibc
internal import PluginKit

/// The file for dead letters, looked at without making or changing it. A letter that cannot be kept holds up all that comes
/// after it.
struct DeadLetterPlace {
  private let path: String
  /// Files with something else in them, and what they are.
  private let taken: [(path: String, name: String)]

  init(_ configuration: GatewayConfiguration, _ parts: GatewayParts) {
    path = parts.deadLetters
    let kept = parts.outputs.compactMap { part in
      (part.output as? any FileKeeping).map { (path: $0.keptPath, name: "the output '\(part.name)' writes to") }
    }
    taken = [(configuration.file, "the configuration is in")] + kept
  }

  /// Why a gateway should not use it; nil where it can, or can make it.
  var problem: String? {
    var status = stat()
    let own = stat(path, &status) == 0 ? FileIdentity(status) : nil
    let resolved = ResolvedPath.of(path)
    let other = taken.first { ResolvedPath.of($0.path) == resolved || own != nil && FileIdentity(path: $0.path) == own }
    let reason: String
    if let other {
      reason = "it is the file that \(other.name)"
    } else if own != nil, status.st_mode & S_IFMT == S_IFDIR {
      reason = "it is a folder"
    } else if own != nil, access(path, W_OK) != 0 {
      reason = String(cString: strerror(errno))
    } else {
      return nil
    }
    return "dead letters cannot be kept in '\(path)': \(reason); name another file with 'dead_letters'"
  }
}
