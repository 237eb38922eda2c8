internal import ArgumentParser
internal import Foundation

/// Makes the folder that state is kept in.
enum FolderMaking {
  /// - Throws: `ExitCode.unavailable`, after having said why.
  static func make(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    } catch {
      Terminal.say("error: cannot make the state folder '\(path)': \(error.systemReason); set another one with 'state'")
      throw ExitCode.unavailable
    }
  }
}
