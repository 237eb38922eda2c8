import Foundation

/// Other people's test material, which is not part of the project: tests that use it run where it is.
enum SharedMaterial {
  /// `WEIR_SHARED`, or the folder `shared` beside the checkout; nil where there is none.
  static let folder: String? = {
    let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path =
      ProcessInfo.processInfo.environment["WEIR_SHARED"]
      ?? checkout.deletingLastPathComponent().appending(path: "shared").path
    return FileManager.default.fileExists(atPath: path + "/conformance") ? path : nil
  }()
}
