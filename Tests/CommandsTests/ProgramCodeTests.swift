import Foundation
import Testing

@testable import Commands

@Suite("The program's code in memory")
struct ProgramCodeTests {
  @Test("What was needed up to now is given back, and comes again when it is needed")
  func givesBack() throws {
    let before = try residentCode()
    ProgramCode.giveBack()
    let after = try residentCode()
    #expect(after < before)
    #expect(after > 0, "whoever asks is code too")
  }

  /// KiB of this program's executable mappings that are in memory.
  private func residentCode() throws -> Int {
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    var sum = 0
    var isMeant = false
    for line in try String(contentsOfFile: "/proc/self/smaps", encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words[0].contains("-") {
        isMeant = words[1].contains("x") && words.last.map(String.init) == program
      } else if isMeant, words[0] == "Rss:" {
        sum += Int(words[1]) ?? 0
      }
    }
    return sum
  }
}
