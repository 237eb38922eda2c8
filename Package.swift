// swift-tools-version: 6.1

import PackageDescription

// Imports go down only (Documentation/Architecture.md); `make build` has the compiler check it.

/// One plugin: its folder below Plugins/, its target, and what it imports besides PluginKit.
struct PluginTarget {
  let name: String
  let path: String
  var dependencies: [Target.Dependency] = []
  var resources: [Resource] = []
}

// Adding a plugin takes one line here and one in Sources/BundledPlugins.
let plugins: [PluginTarget] = [
  PluginTarget(name: "StdinInput", path: "Inputs/Stdin"),
  PluginTarget(name: "FileInput", path: "Inputs/File", dependencies: ["CZlib"]),
  PluginTarget(name: "Formats", path: "Formats"),
  PluginTarget(name: "AccountNameEnricher", path: "Enrichers/AccountName"),
  PluginTarget(name: "AllowlistEnricher", path: "Enrichers/Allowlist"),
  PluginTarget(name: "SlackOutput", path: "Outputs/Slack"),
  PluginTarget(
    name: "WebhookOutput", path: "Outputs/Webhook",
    dependencies: [
      .product(name: "Mustache", package: "swift-mustache"),
      .product(name: "Crypto", package: "swift-crypto"), "CZlib",
    ]),
  PluginTarget(name: "SyslogOutput", path: "Outputs/Syslog"),
  PluginTarget(name: "FileOutput", path: "Outputs/File", dependencies: ["CZlib"]),
  PluginTarget(name: "ConsoleOutput", path: "Outputs/Console"),
]

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

/// Beside a plugin's code, for people. `Formats` is one target with many files and no example.
let documents = ["README.md", "example.yaml"]

func library(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, exclude: path == nil ? [] : documents,
    resources: resources, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["PluginTesting"], path: path,
    exclude: path == nil ? [] : ["Fixtures"], swiftSettings: swiftSettings)
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
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
  ],
  targets: [
    // The seams to C and C++ libraries.
    .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

    // The house, from the ground up.
    library("AlertModel", ["CSimdjson"]),
    library("KQL", ["AlertModel"]),
    library("PluginKit", ["AlertModel", "KQL", logging]),
    library("GatewayConfig", ["PluginKit", "AlertModel", "KQL", "CYAML"]),
    library("Pipeline", ["PluginKit", "AlertModel", "KQL", .product(name: "Crypto", package: "swift-crypto")]),
    library("Outbox", ["PluginKit", "AlertModel", logging, .product(name: "GRDB", package: "GRDB.swift")]),
    library("CurlTransport", ["PluginKit", "CCurl"]),
    library("BundledPlugins", ["PluginKit"] + plugins.map { .target(name: $0.name) }),
    library("Gateway", ["PluginKit", "AlertModel", "KQL", "GatewayConfig", "Pipeline", "Outbox", logging]),
    library(
      "Commands",
      [
        "Gateway", "GatewayConfig", "PluginKit", "AlertModel", "KQL", "Pipeline", "Outbox", "CurlTransport",
        "BundledPlugins", "CMalloc", logging, .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "weir", dependencies: ["Commands", "BundledPlugins"], swiftSettings: swiftSettings),
    library("PluginTesting", ["PluginKit", "AlertModel", "KQL", logging]),
  ]
    + plugins.map {
      library(
        $0.name, ["PluginKit", "AlertModel", "KQL", logging] + $0.dependencies, path: "Plugins/" + $0.path,
        resources: $0.resources)
    }
    + [
      tests("AlertModelTests", ["AlertModel"])
    ],
  cxxLanguageStandard: .cxx17
)
