internal import Glibc
public import PluginKit

/// Which program is started, and with what. There is never a shell in between.
public struct ProgramLaunch: Sendable {
  let path: String
  let arguments: [String]
  let environment: [String: Secret]

  /// Of Weir's own environment a program gets these alone: the rest may hold secrets that are not its own.
  private static let passedOn = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"]

  /// - Parameter environment: what the program finds in its environment, besides a few variables of Weir's own.
  public init(_ program: FilePath, arguments: [String], environment: [String: Secret]) {
    // A name without a slash is one of the working directory here, as of all other files, and none of `PATH`.
    path = program.path.contains("/") ? program.path : "./" + program.path
    self.arguments = arguments
    self.environment = environment
  }

  /// What must not be seen of it.
  public var redaction: Redaction { Redaction(secrets: environment.values.map { $0.reveal() }) }

  /// Looks whether the program can be started.
  ///
  /// - Throws: `ConfigurationError` where it is not there, is no file, or must not be executed.
  public static func check(_ program: FilePath) throws(ConfigurationError) {
    var status = stat()
    guard stat(program.path, &status) == 0 else {
      let reason = String(cString: strerror(errno))
      throw ConfigurationError(
        "cannot find the program \(VisibleText.quoted(program.text)): \(reason)", at: program.place)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ConfigurationError(
        "\(VisibleText.quoted(program.text)) is no program but a folder or the like", at: program.place)
    }
    guard access(program.path, X_OK) == 0 else {
      throw ConfigurationError(
        "the program \(VisibleText.quoted(program.text)) cannot be executed; chmod +x it, and begin it with '#!'",
        at: program.place)
    }
  }

  /// The words that the program is started with, itself first.
  var words: [String] { [path] + arguments }

  /// `NAME=value` for each variable.
  var variables: [String] {
    var variables: [String: String] = [:]
    for name in Self.passedOn { variables[name] = getenv(name).map { String(cString: $0) } }
    for (name, value) in environment { variables[name] = value.reveal() }
    return variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }
}
