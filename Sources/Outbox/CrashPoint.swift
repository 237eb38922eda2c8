internal import Glibc
internal import Synchronization

/// The instants around a write at which tests kill the process, to see that nothing accepted is lost.
///
/// Only debug builds look: `WEIR_CRASH_POINT=after_wants:3` sends SIGKILL to the own process when it comes to that point
/// for the third time. Release builds hold none of it.
public enum CrashPoint: String, Sendable, CaseIterable {
  case beforeBegin = "before_begin"
  case afterBegin = "after_begin"
  /// The alerts are about to be written to a segment file, or are there; the transaction does not refer to them yet.
  case beforeFileWrite = "before_file_write"
  case afterFileWrite = "after_file_write"
  case afterSegment = "after_segment"
  case afterWants = "after_wants"
  case beforeCommit = "before_commit"
  case afterCommit = "after_commit"
  /// The destination has the alerts, the outbox does not know yet.
  case afterDelivery = "after_delivery"
  case beforeSettlement = "before_settlement"
  case afterSettlement = "after_settlement"
  case duringSegmentDeletion = "during_segment_deletion"
  /// All that is in a segment file has left.
  case beforeFileRemoval = "before_file_removal"
  case beforeWALCheckpoint = "before_wal_checkpoint"
  case afterWALCheckpoint = "after_wal_checkpoint"

  /// The environment variable that names the point, and behind a colon which time counts (1 where there is none).
  public static let variable = "WEIR_CRASH_POINT"
}

/// Kills the process at one crash point.
final class CrashHook: Sendable {
  private let point: CrashPoint?
  private let remaining: Mutex<Int>

  init(point: CrashPoint? = nil, time: Int = 1) {
    self.point = point
    remaining = Mutex(time)
  }

  /// The hook that the environment asks for: in debug builds only.
  static func fromEnvironment() -> CrashHook {
    #if DEBUG
      guard let value = getenv(CrashPoint.variable) else { return CrashHook() }
      let parts = String(cString: value).split(separator: ":")
      guard let name = parts.first, let point = CrashPoint(rawValue: String(name)) else { return CrashHook() }
      return CrashHook(point: point, time: parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
    #else
      return CrashHook()
    #endif
  }

  @inline(__always)
  func reach(_ reached: CrashPoint) {
    #if DEBUG
      guard reached == point else { return }
      let isNow = remaining.withLock { left in
        left -= 1
        return left == 0
      }
      if isNow { kill(getpid(), SIGKILL) }
    #endif
  }
}
