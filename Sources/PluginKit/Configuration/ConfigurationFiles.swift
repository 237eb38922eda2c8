/// Reads the files that settings name. Paths are resolved already.
public protocol ConfigurationFiles: Sendable {
  /// The bytes of a file.
  ///
  /// - Parameter limit: the most bytes that it may have.
  /// - Throws: `ConfigurationError` at the place of the setting, with the system's reason.
  func bytes(of file: FilePath, limit: ByteCount) throws(ConfigurationError) -> [UInt8]

  /// The tree of a YAML or JSON file, in which `${…}` is ordinary text.
  ///
  /// - Throws: `ConfigurationError` with every problem, at places in the file.
  func tree(of file: FilePath) throws(ConfigurationError) -> LocatedNode

  /// Hands over the elements of the list that a YAML or JSON file holds, one after the other: all of a long list would need
  /// many times the memory of what is made of it.
  ///
  /// - Returns: what the file holds where that is no list; nil after a list.
  /// - Throws: `ConfigurationError` with every problem, at places in the file. What stands above them may have been handed
  ///   over by then.
  func elements(
    of file: FilePath, _ body: (LocatedNode) -> Void
  ) throws(ConfigurationError) -> LocatedNode?

  /// What `search` finds: the files that a pattern stands for. A gateway that runs asks it again now and then, and makes the
  /// plugin anew once it finds something else.
  func found(by search: @escaping @Sendable () -> [String]) -> [String]

  /// Notes something that is allowed but probably not meant: `check` shows it, `run` logs it.
  func warn(_ message: String, at place: SourcePlace)
}

extension ConfigurationFiles {
  public func found(by search: @escaping @Sendable () -> [String]) -> [String] { search() }

  public func elements(
    of file: FilePath, _ body: (LocatedNode) -> Void
  ) throws(ConfigurationError) -> LocatedNode? {
    try tree(of: file).handOver(body)
  }

  /// Checks, before the first alert, that a file of certificates or of a key can be read and is PEM (RFC 7468).
  ///
  /// - Throws: `ConfigurationError` at the place of the setting.
  public func checkPEM(_ file: FilePath) throws(ConfigurationError) {
    let bytes = try bytes(of: file, limit: ByteCount(bytes: 16 << 20))
    guard bytes.contains(Array("-----BEGIN ".utf8)) else {
      throw ConfigurationError("'\(file.text)' has no '-----BEGIN', so it is not PEM", at: file.place)
    }
  }

  /// Checks those of the files that are given, as `checkPEM` does.
  ///
  /// - Throws: `ConfigurationError` with every problem.
  public func checkPEM(_ files: [FilePath?]) throws(ConfigurationError) {
    var mistakes = SettingMistakes()
    for case let file? in files { mistakes.collect { () throws(ConfigurationError) in try checkPEM(file) } }
    try mistakes.throwAny()
  }

  /// The bytes of a file of at most 256 MiB.
  public func bytes(of file: FilePath) throws(ConfigurationError) -> [UInt8] {
    try bytes(of: file, limit: ByteCount(bytes: 256 << 20))
  }

  /// A file's tree as a value: options, a list of options, a dictionary, or any other setting's value.
  ///
  /// - Parameter subject: what the file is, for messages: `allowlist`.
  /// - Throws: `ConfigurationError` with every problem, at places in the file.
  public func value<Value: SettingValue>(
    _ type: Value.Type = Value.self, of file: FilePath, subject: String? = nil
  ) throws(ConfigurationError) -> Value {
    try value(type, from: tree(of: file), folder: file.folder, subject: subject)
  }

  /// A tree, or a part of one, as a value.
  ///
  /// - Throws: `ConfigurationError` with every problem.
  public func value<Value: SettingValue>(
    _ type: Value.Type = Value.self, from node: LocatedNode, folder: String = ".", subject: String? = nil
  ) throws(ConfigurationError) -> Value {
    var reader = SettingReader(folder: folder, subject: subject)
    let value = Value.read(node, &reader)
    let errors = reader.diagnostics.filter { $0.severity == .error }
    guard let value, errors.isEmpty else { throw ConfigurationError(reader.diagnostics) }
    for warning in reader.diagnostics { warn(warning.message, at: warning.place) }
    return value
  }
}
