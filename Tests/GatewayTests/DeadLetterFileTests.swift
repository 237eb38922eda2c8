import Foundation
@testable import Gateway
import Glibc
import PluginTesting
import Testing

struct DeadLetterFileTests {
  private let world: GatewayWorld
  private let path: String

  init() throws {
    world = try GatewayWorld()
    path = world.folder + "/dead/letters.ndjson"
  }

  private func file(rotateSize: Int = RotatingFile.rotateSize) -> DeadLetterFile {
    DeadLetterFile(
      path: path, maxAge: .seconds(3600), rotateSize: rotateSize, clock: world.clock, logger: world.log.logger)
  }

  private func append(_ number: Int, to file: DeadLetterFile) throws {
    try file.append(alert: Array("\(number)".utf8), output: "soc", reason: "400", attempts: 1)
  }

  private func numbers(_ path: String) -> [Int?] {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { line in
      line.firstMatch(of: /"alert":(\d+)}$/).flatMap { Int($0.1) }
    }
  }

  @Test func `A file that is moved or removed is made anew, with its folder`() throws {
    let file = file()
    try append(1, to: file)
    #expect(rename(path, path + ".moved") == 0)
    try append(2, to: file)
    #expect(numbers(path + ".moved") == [1] && numbers(path) == [2])
    try FileManager.default.removeItem(atPath: world.folder + "/dead")
    try append(3, to: file)
    #expect(numbers(path) == [3])
  }

  @Test func `A disk that takes no dead letters is logged once, until it takes one`() throws {
    // A folder where the file should be stands for the disk.
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let file = file()
    func fail() {
      do throws(FileError) {
        try file.append(alert: Array("1".utf8), output: "soc", reason: "400", attempts: 1)
      } catch {
        file.log(error)
      }
    }
    for _ in 0..<3 { fail() }
    #expect(world.log.messages.count { $0.contains("weir outbox list --dead") } == 1)
    try FileManager.default.removeItem(atPath: path)
    try append(2, to: file)
    #expect(numbers(path) == [2])
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for _ in 0..<3 { fail() }
    #expect(world.log.messages.count { $0.contains("weir outbox list --dead") } == 2)
  }

  @Test func `What damage made of an alert does not spoil the file`() throws {
    for alert in ["{\"a\":1", "{\"a\":\n1}", "[1,2]"] {
      try file().append(alert: Array(alert.utf8), output: "soc", reason: "damaged", attempts: 0)
    }
    try file().append(alert: [0x7B, 0xFF, 0x7D], output: "soc", reason: "damaged", attempts: 0)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.split(separator: "\n").count == 4)
    for end in [#""raw":"{\"a\":1"}"#, #""raw":"{\"a\":\n1}"}"#, #""alert":[1,2]}"#, #""raw_base64":"e/99"}"#] {
      #expect(text.contains(end + "\n"), "\(text)")
    }
  }

  @Test func `Half a line that a killed process left does not spoil the next`() throws {
    try append(1, to: file())
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("{\"@timest".utf8))
    try handle.close()
    try append(2, to: file())
    #expect(numbers(path) == [1, nil, 2])
  }

  @Test func `A file that becomes too large is renamed, and of those nine are kept`() throws {
    let file = file(rotateSize: 200)
    for number in 0..<24 { try append(number, to: file) }
    #expect(numbers(path) == [22, 23])
    #expect((1...9).map { numbers("\(path).\($0)") } == (1...9).map { [22 - 2 * $0, 23 - 2 * $0] })
    #expect(access(path + ".10", F_OK) != 0)
    let warning = "warning: there are more dead letters than are kept: '\(path).9' is removed"
    #expect(world.log.messages == [warning, warning])
  }

  @Test func `What cannot be written is an error with the reason`() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    do {
      try append(1, to: file())
      Issue.record("it was written")
    } catch {
      #expect("\(error)" == "cannot open \(path): Is a directory")
    }
  }
}
