import Foundation

/// Other people's sample files, which are not part of this repository: below the folder that `WEIR_SHARED` names, else in
/// `shared` beside the checkout. Tests that need them run only where they are.
enum SharedMaterial {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["WEIR_SHARED"] { return URL(fileURLWithPath: path) }
    var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    while folder.path != "/", !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
      folder.deleteLastPathComponent()
    }
    return folder.deletingLastPathComponent().appending(path: "shared")
  }()

  static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }

  /// The lines of a file, without the empty one at the end.
  static func lines(_ path: String) throws -> [String] {
    let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
    return text.split(separator: "\n").map(String.init)
  }

  static let missing = "the shared sample files are not here; set WEIR_SHARED to their folder"
}
