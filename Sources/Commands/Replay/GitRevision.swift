internal import Foundation

/// The files of a git revision, in a folder of their own for as long as this is held.
final class GitRevision {
  /// The folder that has the revision's files.
  let folder: String
  /// The revision's full name.
  let commit: String
  private let root: String

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
    commit = try Self.git(["rev-parse", "--verify", "--end-of-options", revision + "^{commit}"], in: place)
    folder = FileManager.default.temporaryDirectory.path(percentEncoded: false) + "/weir-replay-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    do {
      _ = try Self.git(["archive", "--format=tar", "--output=\(folder)/.weir.tar", commit], in: root)
      _ = try Self.run("tar", ["xf", "\(folder)/.weir.tar", "-C", folder], in: folder)
      try FileManager.default.removeItem(atPath: folder + "/.weir.tar")
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw error
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

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

  private static func git(_ arguments: [String], in folder: String) throws -> String {
    try run("git", arguments, in: folder)
  }

  /// What the program wrote, without the line feed at its end.
  private static func run(_ program: String, _ arguments: [String], in folder: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = URL(filePath: folder.isEmpty ? "." : folder)
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw Failure(description: "cannot run '\(program)': \(error.localizedDescription)")
    }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let reason = complaint.split(separator: "\n").first.map(String.init) ?? "exit code \(process.terminationStatus)"
      throw Failure(description: "\(program) \(arguments.first ?? ""): \(reason)")
    }
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }
}
