internal import AlertModel
internal import GatewayConfig
internal import PluginKit

/// A file of tests for a configuration.
struct TestFile: PluginOptions {
  @Setting("The moment at which the alerts are judged: a date, or an RFC 3339 time. The time of the run without it.")
  var now: TestMoment?

  @Setting("The tests, in order.")
  var tests: [TestCase]

  init() {}

  /// For editors.
  static var fileSchema: FileSchema {
    FileSchema(name: "test", title: "Weir tests", schema: OptionsSchema.schema(of: [TestFile.self]))
  }

  /// Reads a test file. Relative file names in it start from its folder.
  static func read(_ path: String) throws(ConfigurationError) -> TestFile {
    let place = SourcePlace(file: path)
    let tree = try LocalFiles().tree(of: FilePath(path, at: place))
    guard !tree.isNull else { throw ConfigurationError("there are no tests in this file", at: place) }
    let folder = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]) : "."
    let file = try TestFile(tree, folder: folder)
    guard !file.tests.isEmpty else { throw file.$tests.error("there are no tests in this file") }
    return file
  }
}

/// Alerts, and what must become of them.
struct TestCase: PluginOptions {
  @Setting("What is tested, a sentence.")
  var name: String

  @Setting("The alert: a mapping, or JSON as text.")
  var alert: LocatedNode?

  @Setting("A file with alerts (plain or gzip), instead of `alert`.")
  var file: FilePath?

  @Setting("The line of `file` on which the alert begins; every alert of the file without it.")
  var line: Int?

  @Setting("The moment at which this alert is judged, instead of the file's.")
  var now: TestMoment?

  @Setting("What must hold for the alert; where a document holds several alerts, for each.")
  var expect: Expectation

  init() {}

  /// Where the test is written.
  var place: SourcePlace { $name.place }
}

/// What must become of an alert.
struct Expectation: PluginOptions {
  @Setting("How many alerts there are. 0: no detection rule makes one of the event.")
  var alerts: Int?

  @Setting("The allowlist entry that holds the alert back.")
  var suppressedBy: String?

  @Setting("Whether the alert is held back at all.")
  var suppressed: Bool?

  @Setting("Outputs that get the alert.")
  var deliveredTo: [String] = []

  @Setting("Outputs that do not get the alert.")
  var notDeliveredTo: [String] = []

  @Setting("The severity with which it arrives.")
  var severity: TestSeverity?

  @Setting("The id or the name of the alert's rule. Of an event, at least one alert must be of this rule.")
  var rule: String?

  @Setting(
    "Fields by their ECS names, and a value that each has; of a list, every one. `~` means that there is no such field."
  )
  var fields: [String: LocatedNode] = [:]

  init() {}

  /// True where nothing is expected, so that the test could not fail.
  var isEmpty: Bool { alerts == nil && saysNothingOfAlerts }

  /// True where nothing is expected of an alert that there is.
  var saysNothingOfAlerts: Bool {
    suppressedBy == nil && suppressed == nil && deliveredTo.isEmpty && notDeliveredTo.isEmpty && severity == nil
      && rule == nil && fields.isEmpty
  }
}

/// A moment in a test file.
struct TestMoment: ScalarSettingValue {
  static let typeName = "a date, such as 2026-11-21, or a time, such as 2026-11-21T08:00:00Z"
  static let schema: SchemaNode = ["type": "string"]
  let moment: Timestamp

  init?(settingText text: String) {
    guard let moment = Timestamp(text) else { return nil }
    self.moment = moment
  }

  var written: SchemaNode { .text(moment.rfc3339) }
}

/// A severity in a test file.
struct TestSeverity: ScalarSettingValue {
  static let typeName = "a severity: informational, low, medium, high or critical"
  static let schema: SchemaNode = ["enum": .list(Severity.allCases.map { .text($0.description) })]
  let severity: Severity

  init?(settingText text: String) {
    guard let severity = Severity(name: text) else { return nil }
    self.severity = severity
  }

  var written: SchemaNode { .text(severity.description) }
}
