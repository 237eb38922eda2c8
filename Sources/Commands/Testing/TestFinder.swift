internal import Foundation

/// Finds the test files of a configuration.
enum TestFinder {
  /// The files `*.test.yaml` beside the configuration, and every YAML file in the folder `tests` there, by name.
  static func files(beside configuration: String) -> [String] {
    let folder = configuration.lastIndex(of: "/").map { String(configuration[...$0]) } ?? ""
    let beside = find(in: folder.isEmpty ? "." : folder, prefix: folder) { name in
      name.hasSuffix(".test.yaml") || name.hasSuffix(".test.yml")
    }
    let inFolder = find(in: folder + "tests", prefix: folder + "tests/") { name in
      name.hasSuffix(".yaml") || name.hasSuffix(".yml")
    }
    return beside + inFolder
  }

  private static func find(in folder: String, prefix: String, _ isTest: (String) -> Bool) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter(isTest).sorted().map { prefix + $0 }
  }
}
