import Foundation
import Glibc
import Testing

@testable import Commands

@Suite struct FileWritingTests {
  @Test func `A link stays a link, to a file that is there or is not`() throws {
    let bench = try Workbench(["target": "old"])
    for target in ["target", "missing"] {
      let link = bench.path("link-to-" + target)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
      try FileWriting.write("new", to: link, as: "report")
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
      #expect(try String(contentsOfFile: bench.path(target), encoding: .utf8) == "new")
    }
  }

  @Test func `A pipe is written to, and stays one`() throws {
    let bench = try Workbench(["other": ""])
    let path = bench.path("pipe")
    try #require(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDWR | O_NONBLOCK)
    defer { close(reader) }
    try FileWriting.write("new", to: path, as: "report")
    var bytes = [UInt8](repeating: 0, count: 8)
    let count = read(reader, &bytes, bytes.count)
    #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "new")
    var status = stat()
    try #require(lstat(path, &status) == 0)
    #expect(status.st_mode & S_IFMT == S_IFIFO)
  }
}
