// swift-tools-version: 6.1

import PackageDescription

// Apart from Weir's own package, which stays light: run it with `make micro`.
let package = Package(
  name: "weir-micro",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "weir", path: "../..")],
  targets: [
    .target(name: "CountedMalloc"),
    .executableTarget(
      name: "Micro",
      dependencies: [
        "CountedMalloc", .product(name: "Weir", package: "weir"), .product(name: "PluginTesting", package: "weir"),
      ],
      swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("ExistentialAny")]),
  ],
  cxxLanguageStandard: .cxx17
)
