internal import Foundation

/// Compares what a plugin makes with a file in the repository.
///
/// With the environment variable `WEIR_UPDATE_FIXTURES=1` the files are written instead of compared; look at the
/// difference before committing it.
public enum GoldenFile {
  /// - Parameters:
  ///   - name: the file's name in the folder `Fixtures` beside the test's source.
  ///   - test: the test's source file.
  /// - Returns: nil where both are the same (a line feed at the end of the file aside), else what to do about it.
  public static func difference(_ actual: [UInt8], from name: String, test: String = #filePath) -> String? {
    let file = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)")
    let text = String(decoding: actual, as: UTF8.self)
    if ProcessInfo.processInfo.environment["WEIR_UPDATE_FIXTURES"] == "1" {
      do {
        try Data((text + "\n").utf8).write(to: file)
        return nil
      } catch {
        return "cannot write \(file.path): \(error)"
      }
    }
    guard let expected = try? String(contentsOf: file, encoding: .utf8) else {
      return "there is no Fixtures/\(name); run the test with WEIR_UPDATE_FIXTURES=1 to write it"
    }
    if expected == text || expected == text + "\n" { return nil }
    return "Fixtures/\(name) differs; run the test with WEIR_UPDATE_FIXTURES=1 to write it anew. Now it is:\n\(text)"
  }
}
