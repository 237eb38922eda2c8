internal import Glibc

/// How many processors this process may use.
enum ProcessorCount {
  /// The processors of the process's affinity mask, at least one: `taskset` and cgroup cpusets are respected.
  static var available: Int {
    var mask = cpu_set_t()
    guard sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &mask) == 0 else { return 1 }
    let count = withUnsafeBytes(of: &mask) { $0.reduce(0) { $0 + $1.nonzeroBitCount } }
    return max(1, count)
  }
}
