internal import AlertModel
internal import GatewayConfig
internal import PluginKit

/// Plugins that do nothing, for configurations to name.
enum Sample {
  static let catalog = PluginCatalog(
    [StdinSample.self, NamesSample.self, WebSample.self, FileSample.self, RulesSample.self, LookupSample.self],
    formats: [
      Format(name: "generic", title: "Any JSON", shape: .anything, severity: .fixed(.low), fields: FieldTable([:]))
    ])
}

struct StdinSample: Input {
  struct Options: PluginOptions {
    init() {}
  }
  static let manual = Manual(name: "stdin", summary: "Reads standard input.", example: "inputs:\n  - stdin: {}")
  init(options: Options, context: PluginContext) {}
  func run(
    from checkpoints: [InputCheckpoint], emit: @escaping @Sendable (InputChunk) async throws -> Void
  ) async throws {}
}

struct RulesSample: Detector {
  struct Options: PluginOptions {
    @Setting("Rules.") var rules: [FilePath]
    init() {}
  }
  static let manual = Manual(name: "rules", summary: "Runs rules.", example: "detect:\n  - rules: {rules: x.toml}")
  init(options: Options, context: PluginContext) {}
  func detect(_ event: borrowing Alert, into detections: inout [Detection]) {}
}

struct NamesSample: Enricher {
  struct Options: PluginOptions {
    @Setting("The table.") var accounts: FilePath
    @Setting("Notes on accounts.") var notes: [String: String] = [:]
    @Setting("Entries.") var entries: [Entry] = []
    init() {}
  }
  struct Entry: PluginOptions {
    @Setting("The account's id.") var account: String
    @Setting("Until when.") var until: CalendarDate?
    init() {}
  }
  static let manual = Manual(
    name: "names", summary: "Adds names.", discussion: "From a table.",
    example: "enrichers:\n  - names: {accounts: accounts.csv}")
  let options: Options
  init(options: Options, context: PluginContext) throws {
    self.options = options
    if options.accounts.text == "bad.csv" { throw options.$accounts.error("this table is bad") }
  }
  func enrich(_ alert: borrowing Alert) throws(EnrichmentFailure) -> Enrichment { .nothing }
}

struct LookupSample: RemoteEnricher {
  struct Options: PluginOptions {
    init() {}
  }
  static let manual = Manual(name: "lookup", summary: "Asks.", example: "enrichers:\n  - lookup: {}")
  init(options: Options, context: PluginContext) {}
  var deadline: Duration { .seconds(1) }
  func enrich(_ batch: DeliveryBatch) async -> [Result<Enrichment, EnrichmentFailure>] { [] }
}

struct WebSample: Output {
  enum Style: String, CaseIterable, SettingValue {
    case plain, fancy
  }
  struct Options: PluginOptions {
    @Setting("Where to post.") var webhookURL: Secret
    @Setting("Which channel | room.") var channel: String = "#alerts"
    @Setting("How it looks.") var style: Style = .plain
    @Setting("Certificates.") var caFile: FilePath?
    @Setting("Headers.") var headers: [String: Secret] = [:]
    @Setting("The largest body.") var largest: ByteCount = ByteCount(bytes: 65536)
    @Setting("Whether to press.") var compress: Bool = false
    init() {}
  }
  static let manual = Manual(
    name: "web", summary: "Posts alerts.", example: "outputs:\n  soc: {web: {webhook_url: \"${URL}\"}}")
  static let delivery = DeliveryMode.queued
  static let deliveryDefaults = DeliveryDefaults(rateLimit: Rate(1, per: .seconds(1)), batch: 1)
  let options: Options
  init(options: Options, context: PluginContext) { self.options = options }
  func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {}
}

struct FileSample: Output {
  struct Options: PluginOptions {
    @Setting("The file.") var path: FilePath = "alerts.ndjson"
    init() {}
  }
  static let manual = Manual(name: "file", summary: "Writes lines.", example: "outputs:\n  archive: {file: {}}")
  static let delivery = DeliveryMode.direct
  init(options: Options, context: PluginContext) {}
  func deliver(_ batch: DeliveryBatch) async throws(DeliveryError) {}
}

/// Reads a configuration of marked text.
func load(_ marked: MarkedText, environment: [String: String] = [:], file: String = "config.yaml") throws
  -> LoadedConfiguration
{
  try ConfigurationLoader(catalog: Sample.catalog, environment: environment).load(marked.bytes, file: file)
}
