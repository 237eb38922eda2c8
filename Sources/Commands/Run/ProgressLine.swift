internal import Glibc
internal import PluginKit
internal import Synchronization

/// One line on the terminal that says how far the reading is; nothing where standard error is no terminal.
final class ProgressLine: Sendable {
  private let last = Mutex(Int64(-1))

  /// Nil where there is no terminal to show it on.
  init?() {
    guard isatty(STDERR_FILENO) == 1 else { return nil }
  }

  /// Shows the share of bytes that was read, when it has changed by a percent.
  func show(_ progress: InputChunk.Progress) {
    guard progress.total > 0 else { return }
    let percent = progress.bytesRead * 100 / progress.total
    let hasChanged = last.withLock { last in
      defer { last = percent }
      return last != percent
    }
    guard hasChanged else { return }
    // The cursor goes back to the beginning: an alert that the console shows on the same terminal covers the line.
    Terminal.show("\r\u{1B}[Kreading: \(percent) % of \(Self.size(progress.total))\r")
  }

  /// Bytes in the unit in which they are few, with one decimal below ten: `512 bytes`, `1.4 KiB`, `23 MiB`.
  static func size(_ bytes: Int64) -> String {
    var unit = ""
    var (value, rest) = (bytes, Int64(0))
    for larger in ["KiB", "MiB", "GiB", "TiB"] where value >= 1024 {
      (value, rest) = value.quotientAndRemainder(dividingBy: 1024)
      unit = larger
    }
    if unit.isEmpty { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
    return value < 10 ? "\(value).\(rest * 10 / 1024) \(unit)" : "\(value) \(unit)"
  }

  /// Takes the line away.
  func clear() {
    guard last.withLock({ $0 >= 0 }) else { return }
    Terminal.show("\r\u{1B}[K")
  }
}
