import Foundation
import Glibc
import PluginKit
import Synchronization
import Testing

@testable import StdinInput

@Suite("stdin")
struct StdinInputTests {
  @Test("hands on each line as soon as it is there, and a partial one when it is whole")
  func lineByLine() async throws {
    let pipe = try TestPipe()
    let chunks = AsyncStream<InputChunk>.makeStream()
    let input = StdinInput(options: StdinOptions(), descriptor: pipe.readEnd)
    async let ended: Void = input.run(from: []) { chunks.continuation.yield($0) }
    var received = chunks.stream.makeAsyncIterator()

    pipe.write("{\"a\":1}\n")
    #expect(await received.next().map(documents) == ["{\"a\":1}"])
    pipe.write("{\"b\":2}\n{\"c\":")
    #expect(await received.next().map(documents) == ["{\"b\":2}"])
    pipe.write("3}\n")
    let third = await received.next()
    #expect(third.map(documents) == ["{\"c\":3}"])
    #expect(third?.frames.map(\.line) == [3])
    #expect(third?.source == "<stdin>")
    #expect(third?.progress == nil)
    pipe.write("{\"d\":4}")
    pipe.closeWriteEnd()
    #expect(await received.next().map(documents) == ["{\"d\":4}"])
    try await ended
  }

  @Test("ends quietly when there is nothing")
  func empty() async throws {
    let pipe = try TestPipe()
    pipe.closeWriteEnd()
    let count = Atomic<Int>(0)
    try await StdinInput(options: StdinOptions(), descriptor: pipe.readEnd).run(from: []) { _ in
      count.add(1, ordering: .relaxed)
    }
    #expect(count.load(ordering: .relaxed) == 0)
  }

  @Test("stops when it is cancelled while waiting, and hands on what was cut off")
  func cancellation() async throws {
    let pipe = try TestPipe()
    let chunks = AsyncStream<InputChunk>.makeStream()
    let input = StdinInput(options: StdinOptions(), descriptor: pipe.readEnd)
    let task = Task { try await input.run(from: []) { chunks.continuation.yield($0) } }
    var received = chunks.stream.makeAsyncIterator()
    pipe.write("{\"a\":1}\n{\"b\":")
    #expect(await received.next().map(documents) == ["{\"a\":1}"])
    task.cancel()
    try await task.value
    #expect(await received.next().map(documents) == ["{\"b\":"])
  }

  @Test("knows how much of a redirected file is left, and gives alerts their index")
  func redirectedFile() async throws {
    let path = NSTemporaryDirectory() + "weir-stdin-\(UUID().uuidString)"
    defer { unlink(path) }
    try Data("{\"a\":1}\n{\"b\":2}\n".utf8).write(to: URL(fileURLWithPath: path))
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    var options = StdinOptions()
    options.index = "logs-test"
    let chunks = Mutex<[InputChunk]>([])
    try await StdinInput(options: options, descriptor: descriptor).run(from: []) { chunk in
      chunks.withLock { $0.append(chunk) }
    }
    let all = chunks.withLock { $0 }
    #expect(all.flatMap(documents) == ["{\"a\":1}", "{\"b\":2}"])
    #expect(all.first?.index == "logs-test")
    #expect(all.first?.progress == InputChunk.Progress(bytesRead: 16, total: 16))
  }

  @Test("reads a redirected file of many chunks in order, and stops in its midst when it is cancelled")
  func largeRedirectedFile() async throws {
    let path = NSTemporaryDirectory() + "weir-stdin-\(UUID().uuidString)"
    defer { unlink(path) }
    let lines = (0..<120_000).map { "{\"number\":\($0),\"text\":\"some words\"}" }
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
    for stopsAt in [Int.max, 2] {
      let descriptor = open(path, O_RDONLY)
      defer { close(descriptor) }
      let chunks = Mutex<[InputChunk]>([])
      let input = StdinInput(options: StdinOptions(), descriptor: descriptor)
      try await Task {
        try await input.run(from: []) { chunk in
          let count = chunks.withLock { chunks in
            chunks.append(chunk)
            return chunks.count
          }
          if count == stopsAt { withUnsafeCurrentTask { $0?.cancel() } }
        }
      }.value
      let read = chunks.withLock { $0 }.flatMap(documents)
      if stopsAt == .max {
        #expect(read == lines)
      } else {
        // The last is what was cut off.
        #expect(read.count < lines.count && lines.starts(with: read.dropLast()))
      }
    }
  }

  @Test("says why standard input cannot be read")
  func unreadable() async throws {
    let descriptor = open(NSTemporaryDirectory(), O_RDONLY | O_DIRECTORY)
    defer { close(descriptor) }
    let chunks = Mutex<[InputChunk]>([])
    try await StdinInput(options: StdinOptions(), descriptor: descriptor).run(from: []) { chunk in
      chunks.withLock { $0.append(chunk) }
    }
    #expect(
      chunks.withLock { $0 }.flatMap(\.unreadable).map(\.reason) == ["standard input cannot be read: Is a directory"])
  }

  @Test("embeds its example in its README")
  func readme() throws {
    let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("../../../Plugins/Inputs/Stdin").standardized
    let example = try String(contentsOf: folder.appendingPathComponent("example.yaml"), encoding: .utf8)
    let readme = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(readme.contains("```yaml\n\(example)```"))
    #expect(StdinInput.manual.example == example)
  }
}

private func documents(_ chunk: InputChunk) -> [String] {
  chunk.frames.map { String(decoding: chunk.bytes[$0.start..<$0.start + $0.count], as: UTF8.self) }
}

/// A pipe to write to and to read from.
private final class TestPipe: Sendable {
  let readEnd: Int32
  private let writeEnd: Mutex<Int32>

  init() throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
    readEnd = ends[0]
    writeEnd = Mutex(ends[1])
  }

  deinit {
    closeWriteEnd()
    close(readEnd)
  }

  func write(_ text: String) {
    let bytes = Array(text.utf8)
    writeEnd.withLock { _ = Glibc.write($0, bytes, bytes.count) }
  }

  func closeWriteEnd() {
    writeEnd.withLock { end in
      if end >= 0 { close(end) }
      end = -1
    }
  }
}
