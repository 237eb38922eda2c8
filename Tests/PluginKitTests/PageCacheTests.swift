import Foundation
import Glibc
import PluginKit
import Testing

@Suite("page cache")
struct PageCacheTests {
  @Test("holds what was just written, nothing behind a file's end, and nothing of a pipe")
  func holds() throws {
    let path = NSTemporaryDirectory() + "weir-page-cache-\(UUID().uuidString)"
    defer { unlink(path) }
    try Data(repeating: 65, count: 10_000).write(to: URL(fileURLWithPath: path))
    let file = open(path, O_RDONLY)
    defer { close(file) }
    // There are file systems that cannot say.
    let isKnown = PageCache.holds(1, at: 0, of: file)
    #expect(PageCache.holds(10_000, at: 0, of: file) == isKnown)
    #expect(PageCache.holds(1, at: 9_999, of: file) == isKnown)
    #expect(!PageCache.holds(10_001, at: 0, of: file))
    #expect(!PageCache.holds(10_000, at: 1, of: file))
    #expect(lseek(file, 0, SEEK_CUR) == 0)

    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    #expect(write(ends[1], "words", 5) == 5)
    #expect(!PageCache.holds(1, at: 0, of: ends[0]))
  }
  @Test("reads what a pipe has, and waits neither for more of it nor for a FIFO")
  func reads() throws {
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    defer { close(ends[0]) }
    var room = [UInt8](repeating: 0, count: 10)
    func read(_ descriptor: Int32) -> (count: Int, failure: Int32) {
      errno = 0
      let count = room.withUnsafeMutableBytes { PageCache.read(descriptor, into: $0) }
      return (count, errno)
    }
    #expect(read(ends[0]) == (-1, EAGAIN))
    #expect(write(ends[1], "words", 5) == 5)
    // Systems before Linux 6.4 cannot say.
    let first = read(ends[0])
    #expect(first == (5, 0) && room.starts(with: Array("words".utf8)) || first == (-1, EAGAIN))
    close(ends[1])
    #expect(first.count == -1 || read(ends[0]) == (0, 0))

    let path = NSTemporaryDirectory() + "weir-fifo-\(UUID().uuidString)"
    defer { unlink(path) }
    #expect(mkfifo(path, 0o600) == 0)
    let fifo = open(path, O_RDWR)
    defer { close(fifo) }
    #expect(read(fifo) == (-1, EAGAIN))
  }
}
