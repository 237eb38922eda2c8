internal import CountedMalloc

/// Runs one step often, and prints what one run of it costs.
struct Meter {
  /// For how long each step is repeated.
  static let time = Duration.milliseconds(300)

  static func printHeader() {
    print(row("step", "ns", "allocations"))
  }

  /// - Parameter step: does the work once for each of a number of alerts, and returns that number.
  static func measure(_ name: String, _ step: () throws -> Int) rethrows {
    _ = try step()
    let clock = ContinuousClock()
    var count = 0
    var best = Duration.seconds(1_000_000)
    let allocations = counted_allocations()
    let start = clock.now
    while clock.now - start < time {
      let begin = clock.now
      let done = try step()
      best = min(best, (clock.now - begin) / done)
      count += done
    }
    let each = Double(counted_allocations() - allocations) / Double(count)
    print(row(name, String(Int(best / Duration.nanoseconds(1))), rounded(each)))
  }

  /// A row for what was measured elsewhere.
  static func printRow(_ name: String, _ time: Duration) {
    print(row(name, String(Int(time / Duration.nanoseconds(1))), "-"))
  }

  private static func rounded(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded())
    return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
  }

  private static func row(_ name: String, _ time: String, _ allocations: String) -> String {
    func padded(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    return name + padded(time, 56 - name.count) + padded(allocations, 14)
  }
}
