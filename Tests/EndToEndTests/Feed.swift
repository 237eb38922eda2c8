import Glibc
import Testing

/// The writing end of a pipe: standard input of a process, which a test writes bit by bit, or its standard output.
struct Feed {
  let descriptor: Int32

  /// - Returns: the feed, and what the process reads from, which the caller closes.
  static func make() throws -> (feed: Feed, reading: Int32) {
    var ends = [Int32](repeating: -1, count: 2)
    try #require(pipe(&ends) == 0)
    _ = ends.map { fcntl($0, F_SETFD, FD_CLOEXEC) }
    return (Feed(descriptor: ends[1]), ends[0])
  }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(write(descriptor, bytes, bytes.count) == bytes.count)
  }

  /// The end of the input.
  func end() { close(descriptor) }
}

extension World {
  /// Starts `weir run` with standard input that stays open until the test ends it.
  func startFed(drain: String = "20s") throws -> (process: WeirProcess, feed: Feed) {
    let (feed, reading) = try Feed.make()
    defer { close(reading) }
    return (try start(drain: drain, descriptor: reading), feed)
  }
}
