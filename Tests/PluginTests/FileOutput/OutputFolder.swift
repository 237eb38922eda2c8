import AlertModel
import CZlib
import Foundation
import Synchronization

/// A folder of its own for one test, removed afterwards.
final class OutputFolder: Sendable {
  let root: String

  init() {
    root = NSTemporaryDirectory() + "weir-output-\(UUID().uuidString)"
    mkdir(root, 0o700)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func path(_ name: String) -> String { "\(root)/\(name)" }

  func names(_ name: String) -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: path(name))) ?? [] }

  /// How many files in it this process has open.
  var openFiles: Int {
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return numbers.count { number in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + number))?.hasPrefix(root) ?? false
    }
  }

  /// The content, decompressed where it is gzip.
  func text(_ name: String) -> String {
    guard let file = gzopen(path(name), "rb") else { return "" }
    defer { gzclose(file) }
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = gzread(file, &room, UInt32(room.count))
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += room[..<Int(count)]
    }
  }

  /// The number at `id` of each line; -1 where a line is no alert.
  func ids(_ name: String) -> [Int] {
    text(name).split(separator: "\n").map { line in
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["id"] as? Int ?? -1
    }
  }

  func permissions(_ name: String) -> UInt32 {
    var status = stat()
    return stat(path(name), &status) == 0 ? status.st_mode & 0o777 : 0
  }

  /// Sets when a file was written last.
  func touch(_ name: String, _ moment: Timestamp) {
    let time = timespec(tv_sec: Int(moment.nanoseconds / 1_000_000_000), tv_nsec: 0)
    utimensat(AT_FDCWD, path(name), [time, time], 0)
  }
}

/// A disk with little room: the write that fills it is cut short, the next one fails.
final class SmallDisk: Sendable {
  private let left = Mutex<Int>(.max)

  var room: Int {
    get { left.withLock { $0 } }
    set { left.withLock { $0 = newValue } }
  }

  var write: @Sendable (Int32, UnsafePointer<iovec>, Int32) -> Int {
    { descriptor, vectors, count in
      self.left.withLock { left in
        var written = 0
        for vector in UnsafeBufferPointer(start: vectors, count: Int(count)) {
          let part = min(vector.iov_len, left)
          guard part > 0 else { break }
          written += Foundation.write(descriptor, vector.iov_base, part)
          left -= part
        }
        if written == 0 {
          errno = ENOSPC
          return -1
        }
        return written
      }
    }
  }
}
