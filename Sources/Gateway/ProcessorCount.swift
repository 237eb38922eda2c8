internal import Foundation

/// How many processors this process may use.
enum ProcessorCount {
  /// At least one. Foundation asks for the process's affinity, so `taskset` and cpusets are respected.
  static var available: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}
