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
}
