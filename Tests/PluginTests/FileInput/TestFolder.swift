import CZlib
import Foundation
import PluginKit
import PluginTesting
import Synchronization

@testable import FileInput

/// A folder of its own for one test, removed afterwards.
final class TestFolder: Sendable {
  private let root: String

  init() {
    root = NSTemporaryDirectory() + "weir-files-\(UUID().uuidString)"
    mkdir(root, 0o700)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func path(_ name: String) -> String { "\(root)/\(name)" }

  func make(_ name: String) {
    try? FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
  }

  func write(_ text: String, to name: String) { write(Array(text.utf8), to: name) }

  /// Writes a file in place: an existing one keeps its inode.
  func write(_ bytes: [UInt8], to name: String) {
    if let slash = name.lastIndex(of: "/") { make(String(name[..<slash])) }
    store(bytes, in: name, flags: O_TRUNC)
  }

  func append(_ text: String, to name: String) { store(Array(text.utf8), in: name, flags: O_APPEND) }

  func rename(_ name: String, to other: String) { Foundation.rename(path(name), path(other)) }

  func copy(_ name: String, to other: String) {
    write((FileManager.default.contents(atPath: path(name)) ?? Data()).map { $0 }, to: other)
  }

  func remove(_ name: String) { unlink(path(name)) }

  private func store(_ bytes: [UInt8], in name: String, flags: Int32) {
    let descriptor = open(path(name), O_WRONLY | O_CREAT | flags, 0o600)
    defer { close(descriptor) }
    _ = Foundation.write(descriptor, bytes, bytes.count)
  }

  /// Reads files of this folder to their end.
  func read(
    _ paths: [String], exclude: [String] = [], from checkpoints: [InputCheckpoint] = [],
    context: PluginContext = .testing(), _ change: (inout FileOptions) -> Void = { _ in }
  ) async throws -> FileRun {
    try await collect(try input(paths, exclude: exclude, context: context, change), from: checkpoints)
  }

  func input(
    _ paths: [String], exclude: [String] = [], context: PluginContext = .testing(),
    _ change: (inout FileOptions) -> Void = { _ in }
  ) throws -> FileInput {
    var options = FileOptions()
    options.paths = paths.map { FilePath($0, in: root) }
    options.exclude = exclude.map { FilePath($0, in: root) }
    change(&options)
    return try FileInput(options: options, context: context)
  }

  func collect(_ input: FileInput, from checkpoints: [InputCheckpoint]) async throws -> FileRun {
    let run = Mutex(FileRun(root: root, checkpoints: checkpoints))
    try await input.run(from: checkpoints) { chunk in run.withLock { $0.take(chunk) } }
    return run.withLock { $0 }
  }
}

/// What an input handed over, and what a gateway would have kept of it.
struct FileRun {
  let root: String
  var checkpoints: [InputCheckpoint]
  var chunks: [InputChunk] = []
  var documents: [String] = []
  var lines: [Int] = []
  /// Where documents came from, each source once.
  var sources: [String] = []
  var problems: [String] = []
  var hasLostAlerts = false

  init(root: String, checkpoints: [InputCheckpoint] = []) {
    self.root = root
    self.checkpoints = checkpoints
  }

  mutating func take(_ chunk: InputChunk) {
    chunks.append(chunk)
    let source = chunk.source.replacingOccurrences(of: root.hasSuffix("/") ? root : root + "/", with: "")
    for frame in chunk.frames {
      documents.append(String(decoding: chunk.bytes[frame.start..<frame.start + frame.count], as: UTF8.self))
      lines.append(frame.line)
    }
    if !chunk.frames.isEmpty, sources.last != source { sources.append(source) }
    problems += chunk.unreadable.map { "\(source): \($0.reason)" }
    hasLostAlerts = hasLostAlerts || chunk.unreadable.contains(where: \.countsAsAlert)
    if let checkpoint = chunk.checkpoint {
      checkpoints.removeAll { $0.key == checkpoint.key }
      if !checkpoint.value.isEmpty { checkpoints.append(checkpoint) }
    }
  }
}

/// One member of gzip.
func gzip(_ text: String) -> [UInt8] {
  var input = Array(text.utf8)
  var stream = z_stream()
  deflateInit2_(
    &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  return [UInt8](unsafeUninitializedCapacity: input.count + 1024) { output, count in
    input.withUnsafeMutableBufferPointer { bytes in
      stream.next_in = bytes.baseAddress
      stream.avail_in = UInt32(bytes.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(output.count)
      _ = deflate(&stream, Z_FINISH)
    }
    count = output.count - Int(stream.avail_out)
  }
}
