// swift-tools-version: 6.3

import PackageDescription

// Imports go down only (Documentation/Architecture.md); `make build` has the compiler check it.

/// One plugin: its folder below Plugins/, its target, and what it imports besides PluginKit.
struct PluginTarget {
  let name: String
  let path: String
  var dependencies: [Target.Dependency] = []
  /// What lies beside the code, for people.
  var documents = ["README.md", "example.yaml"]
  /// The folder of its tests below Tests/PluginTests/.
  let tests: String
  var testDependencies: [Target.Dependency] = []
  var hasFixtures = false
  var isTested = true
}

// Adding a plugin takes one line here and one in Sources/BundledPlugins.
let plugins: [PluginTarget] = [
  PluginTarget(name: "StdinInput", path: "Inputs/Stdin", tests: "StdinInput"),
  PluginTarget(name: "FileInput", path: "Inputs/File", dependencies: ["CZlib"], tests: "FileInput"),
  PluginTarget(name: "Formats", path: "Formats", documents: ["README.md"], tests: "Formats", hasFixtures: true),
  PluginTarget(name: "AccountNameEnricher", path: "Enrichers/AccountName", tests: "AccountName"),
  PluginTarget(name: "AllowlistEnricher", path: "Enrichers/Allowlist", tests: "Allowlist"),
  PluginTarget(name: "LookupEnricher", path: "Enrichers/Lookup", tests: "Lookup"),
  PluginTarget(
    name: "AttackEnricher", path: "Enrichers/Attack", documents: ["README.md", "example.yaml", "NOTICE.md"],
    tests: "Attack"),
  PluginTarget(
    name: "RuleInfoEnricher", path: "Enrichers/RuleInfo", dependencies: ["RuleFiles"], tests: "RuleInfo"),
  PluginTarget(
    name: "CommandEnricher", path: "Enrichers/Command", dependencies: ["LinePrograms"], tests: "CommandEnricher"),
  PluginTarget(
    name: "ElasticRulesDetector", path: "Detectors/ElasticRules", dependencies: ["RuleFiles"],
    documents: ["README.md", "example.yaml", "Rules"], tests: "ElasticRules", testDependencies: ["Formats"]),
  PluginTarget(name: "SlackOutput", path: "Outputs/Slack", tests: "Slack", hasFixtures: true),
  PluginTarget(
    name: "WebhookOutput", path: "Outputs/Webhook",
    dependencies: [
      "CZlib", .product(name: "Mustache", package: "swift-mustache"), .product(name: "Crypto", package: "swift-crypto"),
    ], tests: "Webhook", hasFixtures: true),
  PluginTarget(name: "SyslogOutput", path: "Outputs/Syslog", tests: "Syslog", hasFixtures: true),
  PluginTarget(name: "FileOutput", path: "Outputs/File", dependencies: ["CZlib"], tests: "FileOutput"),
  PluginTarget(
    name: "CommandOutput", path: "Outputs/Command", dependencies: ["LinePrograms"], tests: "CommandOutput"),
  PluginTarget(name: "ConsoleOutput", path: "Outputs/Console", tests: "Console", hasFixtures: true),
]

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func library(of plugin: PluginTarget) -> Target {
  .target(
    name: plugin.name, dependencies: ["PluginKit", "AlertModel", "KQL", logging] + plugin.dependencies,
    path: "Plugins/" + plugin.path, exclude: plugin.documents, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies + ["PluginTesting"], swiftSettings: swiftSettings)
}

/// A plugin's tests are in the folder of Tests/PluginTests/ that is called like the plugin's.
func tests(of plugin: PluginTarget) -> Target {
  .testTarget(
    name: plugin.name + "Tests",
    dependencies: [.target(name: plugin.name), "PluginKit", "AlertModel", "KQL", "PluginTesting"] + plugin.dependencies
      + plugin.testDependencies,
    path: "Tests/PluginTests/" + plugin.tests, exclude: plugin.hasFixtures ? ["Fixtures"] : [],
    swiftSettings: swiftSettings)
}

let package = Package(
  name: "weir",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "weir", targets: ["weir"]),
    .library(name: "Weir", targets: ["Commands", "BundledPlugins", "PluginKit"]),
    .library(name: "PluginTesting", targets: ["PluginTesting"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
  ],
  targets: [
    // The seams to C and C++ libraries.
    .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
    .target(name: "CCurl"),
    .systemLibrary(name: "CFileRanges"),
    .systemLibrary(name: "CMemory"),
    .systemLibrary(name: "CSpawn"),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

    // The house, from the ground up.
    library("AlertModel", ["CSimdjson"]),
    library("KQL", ["AlertModel"]),
    library("PluginKit", ["AlertModel", "KQL", "CFileRanges", logging]),
    library("GatewayConfig", ["PluginKit", "AlertModel", "KQL", "CYAML"]),
    library("Pipeline", ["PluginKit", "AlertModel", "KQL", .product(name: "Crypto", package: "swift-crypto")]),
    library(
      "Outbox", ["PluginKit", "AlertModel", "CFileRanges", logging, .product(name: "GRDB", package: "GRDB.swift")]),
    library("CurlTransport", ["PluginKit", "CCurl"]),
    library("BundledPlugins", ["PluginKit"] + plugins.map { .target(name: $0.name) }),
    library("Gateway", ["PluginKit", "AlertModel", "KQL", "GatewayConfig", "Pipeline", "Outbox", logging]),
    library(
      "Commands",
      [
        "Gateway", "GatewayConfig", "PluginKit", "AlertModel", "KQL", "Pipeline", "Outbox", "CurlTransport",
        "BundledPlugins", "CMemory", logging, .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "weir", dependencies: ["Commands", "BundledPlugins"], swiftSettings: swiftSettings),
    // What plugins that read rule files share (Documentation/Decisions/RuleFiles.md).
    .target(
      name: "RuleFiles",
      dependencies: ["PluginKit", "AlertModel", "KQL", .product(name: "TOMLKit", package: "TOMLKit")],
      path: "Plugins/Detectors/RuleFiles", exclude: ["README.md"], swiftSettings: swiftSettings),
    // What the plugins share that run a program of the user's.
    .target(
      name: "LinePrograms", dependencies: ["PluginKit", "AlertModel", "CSpawn", logging], path: "Plugins/LinePrograms",
      exclude: ["README.md"], swiftSettings: swiftSettings),
    library("PluginTesting", ["PluginKit", "AlertModel", "KQL", logging]),
    // `make micro`.
    .target(name: "CountedMalloc", path: "Benchmarks/CountedMalloc"),
    .executableTarget(
      name: "Micro",
      dependencies: [
        "AlertModel", "AllowlistEnricher", "BundledPlugins", "CountedMalloc", "KQL", "PluginKit", "PluginTesting",
        "SlackOutput",
      ], path: "Benchmarks/Micro", swiftSettings: swiftSettings),
  ]
    + plugins.map(library(of:))
    + [
      tests("AlertModelTests", ["AlertModel"]),
      tests("KQLTests", ["KQL", "AlertModel"]),
      tests("PluginKitTests", ["PluginKit", "AlertModel", "KQL"]),
      tests("GatewayConfigTests", ["GatewayConfig", "PluginKit", "AlertModel"]),
      tests("OutboxTests", ["Outbox", "PluginKit", "AlertModel", logging]),
      tests("GatewayTests", ["Gateway", "Outbox", "Pipeline", "PluginKit", "AlertModel", "KQL"]),
      tests("CurlTransportTests", ["CurlTransport", "SyslogOutput", "PluginKit", "AlertModel"]),
      tests(
        "CommandsTests",
        ["Commands", "Gateway", "GatewayConfig", "Pipeline", "BundledPlugins", "PluginKit", "AlertModel", "KQL"]),
      // Runs the built program from outside.
      tests("EndToEndTests", [.target(name: "weir"), "Outbox", "PluginKit", logging]),
      tests("DocumentationTests", ["GatewayConfig", "BundledPlugins", "Commands", "Formats", "PluginKit"]),
    ] + plugins.filter(\.isTested).map(tests(of:)),
  cxxLanguageStandard: .cxx17
)
