/// Reads located nodes as settings, and keeps what is wrong with them until all have been read.
public struct SettingReader: Sendable {
  /// The folder that relative file names start from: that of the file being read.
  public let folder: String

  /// What was found so far, in the order in which it was found.
  public private(set) var diagnostics: [Diagnostic] = []

  /// Where secrets stand that were written out, and not given as `${…}`.
  public private(set) var writtenSecrets: [SourcePlace] = []

  /// What the settings belong to, for messages: `output 'slack'`; nil at the top level of a file.
  var subject: String? {
    settings.reduce(owner) { outer, name in outer.map { "'\(name)' of \($0)" } ?? "'\(name)'" }
  }
  private var owner: String?
  /// The settings that are being read, one inside the other; put into words only where something is wrong.
  private var settings: [String] = []

  /// - Parameter subject: what the settings belong to, for messages: `output 'slack'`.
  public init(folder: String, subject: String? = nil) {
    self.folder = folder
    owner = subject
  }

  /// Notes an error.
  public mutating func report(_ message: String, at place: SourcePlace) {
    diagnostics.append(Diagnostic(.error, message, at: place))
  }

  /// Notes that a secret stands in the file itself.
  public mutating func noteWrittenSecret(at place: SourcePlace) {
    writtenSecrets.append(place)
  }

  /// Notes any diagnostic.
  public mutating func report(_ diagnostic: Diagnostic) {
    diagnostics.append(diagnostic)
  }

  /// Notes all of an error's.
  public mutating func report(_ error: ConfigurationError) {
    diagnostics += error.diagnostics
  }

  /// The scalar of a node; reports and returns nil where it is a list, a mapping or nothing.
  public mutating func scalar<Value: SettingValue>(_ node: LocatedNode, as type: Value.Type) -> LocatedNode.Scalar? {
    guard let scalar = node.scalar, !scalar.isNull else {
      report("expected \(Value.typeName), but found \(node.kindName)", at: node.place)
      return nil
    }
    return scalar
  }

  /// Reads with another subject.
  public mutating func within<Result>(_ subject: String?, _ body: (inout SettingReader) -> Result) -> Result {
    let outer = (owner, settings)
    (owner, settings) = (subject, [])
    defer { (owner, settings) = outer }
    return body(&self)
  }

  /// Reads the value of one setting.
  mutating func within<Result>(setting name: String, _ body: (inout SettingReader) -> Result) -> Result {
    settings.append(name)
    defer { settings.removeLast() }
    return body(&self)
  }

  /// The names of the settings that options declare, in the order of their declaration.
  public mutating func names<Options: PluginOptions>(of type: Options.Type) -> [String] {
    declarations(of: type).map(\.name)
  }

  /// What options declare; looked up once a type, since that is slow and lists may hold many thousand of one type.
  mutating func declarations<Options: PluginOptions>(of type: Options.Type) -> [DeclaredSetting] {
    if let known = known[ObjectIdentifier(type)] { return known }
    let declared = type.declared
    known[ObjectIdentifier(type)] = declared
    return declared
  }

  private var known: [ObjectIdentifier: [DeclaredSetting]] = [:]
}
