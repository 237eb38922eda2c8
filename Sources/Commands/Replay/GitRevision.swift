internal import Foundation
internal import Synchronization

/// The files of a git revision, in a folder of their own for as long as this is held.
final class GitRevision {
  /// The folder that has the revision's files.
  let folder: String
  /// The revision's full name.
  let commit: String
  private let root: String
  private let removal: FolderRemoval

  /// Why a revision cannot be had.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// - Parameters:
  ///   - revision: a branch, a tag, a commit.
  ///   - file: a file in the repository's working tree.
  init(_ revision: String, around file: String) throws {
    let place = URL(filePath: file).deletingLastPathComponent().path(percentEncoded: false)
    root = try Self.git(["rev-parse", "--show-toplevel"], in: place)
    guard
      let commit = try? Self.git(
        ["rev-parse", "--quiet", "--verify", "--end-of-options", revision + "^{commit}"], in: place)
    else {
      throw Failure(
        description: "the git repository at '\(root)' has no revision '\(revision)'; fetch it with 'git fetch', in a "
          + "shallow clone with 'git fetch --unshallow', or name another")
    }
    self.commit = commit
    folder = FileManager.default.temporaryDirectory.path(percentEncoded: false) + "/weir-replay-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    removal = FolderRemoval(folder)
    // By an index of its own: 'git archive' would leave out what is marked 'export-ignore'.
    let index = ["GIT_INDEX_FILE": folder + "/.weir.index"]
    _ = try Self.git(["read-tree", commit], in: root, index)
    _ = try Self.git(["checkout-index", "--all", "--prefix=\(folder)/"], in: root, index)
  }

  /// Where the revision's version of a file of the working tree is.
  func path(of file: String) throws -> String {
    let full = URL(filePath: file).resolvingSymlinksInPath().standardized.path(percentEncoded: false)
    let top = URL(filePath: root).resolvingSymlinksInPath().path(percentEncoded: false)
    let prefix = top.hasSuffix("/") ? top : top + "/"
    guard full.hasPrefix(prefix) else {
      throw Failure(description: "'\(file)' is not in the git repository at '\(root)'")
    }
    let path = folder + "/" + full.dropFirst(prefix.count)
    guard FileManager.default.fileExists(atPath: path) else {
      throw Failure(description: "there is no '\(full.dropFirst(prefix.count))' in the revision \(commit)")
    }
    return path
  }

  /// What git wrote, without the line feed at its end.
  ///
  /// - Parameter variables: added to the environment.
  private static func git(
    _ arguments: [String], in folder: String, _ variables: [String: String] = [:]
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    process.currentDirectoryURL = URL(filePath: folder.isEmpty ? "." : folder)
    process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw Failure(description: "cannot run 'git': \(error.localizedDescription)")
    }
    // Both at once: a program that nobody listens to waits.
    let complaint = Mutex(Data())
    let end = DispatchGroup()
    DispatchQueue.global().async(group: end) {
      let said = errors.fileHandleForReading.readDataToEndOfFile()
      complaint.withLock { $0 = said }
    }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    end.wait()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let said = complaint.withLock { String(decoding: $0, as: UTF8.self) }
      let reason = said.split(separator: "\n").first.map(String.init) ?? "exit code \(process.terminationStatus)"
      throw Failure(description: "git \(arguments.first ?? ""): \(reason)")
    }
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }
}
