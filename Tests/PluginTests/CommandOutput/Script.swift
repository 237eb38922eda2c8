import Foundation
import PluginKit

/// A program for one test: a shell script in a folder of its own, which goes with it.
final class Script {
  let folder: String
  var path: String { folder + "/program" }

  /// - Parameter lines: what follows `#!/bin/sh`. `$1` is the script's folder.
  init(_ lines: String, mode: Int = 0o755) throws {
    folder = NSTemporaryDirectory() + "weir-program-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try ("#!/bin/sh\n" + lines + "\n").write(toFile: path, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Settings that run it.
  func settings(_ others: (String, LocatedNode)...) -> LocatedNode {
    let all: [(String, LocatedNode)] =
      [("program", LocatedNode(stringLiteral: path)), ("arguments", [LocatedNode(stringLiteral: folder)])] + others
    let entries = all.map { LocatedNode.Entry(key: LocatedText($0.0), value: $0.1) }
    return LocatedNode(.mapping(entries), at: LocatedNode.nowhere)
  }

  /// What the script wrote to a file in its folder.
  func text(_ name: String) -> String {
    ((try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)) ?? "")
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// True where the process whose number the script wrote to that file still runs. One that nobody has waited for yet,
  /// since its parent has ended, does not.
  func runs(_ name: String) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(text(name))/stat", encoding: .utf8) else { return false }
    return status.split(separator: ")").last?.split(separator: " ").first != "Z"
  }
}
