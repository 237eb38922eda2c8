internal import Foundation
internal import Glibc
internal import Synchronization

/// Removes a folder when this is let go of, and before that where the process ends by itself or by a signal.
final class FolderRemoval: Sendable {
  private static let folders = Mutex<Set<String>>([])
  /// From the first folder on.
  private static let watch = Mutex(watched())

  private static func watched() -> [ProcessSignal] {
    atexit { FolderRemoval.removeAll() }
    return [SIGHUP, SIGINT, SIGTERM].map { number in
      let signal = ProcessSignal(number)
      signal.handle {
        removeAll()
        ProcessSignal.end(by: number)
      }
      return signal
    }
  }

  private let folder: String

  init(_ folder: String) {
    self.folder = folder
    Self.watch.withLock { _ in }
    Self.folders.withLock { _ = $0.insert(folder) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
    Self.folders.withLock { _ = $0.remove(folder) }
  }

  private static func removeAll() {
    folders.withLock { folders in
      for folder in folders { try? FileManager.default.removeItem(atPath: folder) }
      folders = []
    }
  }
}
