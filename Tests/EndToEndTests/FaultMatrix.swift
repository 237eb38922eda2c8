import Foundation
import Testing

/// What can go wrong, what is to happen then, and which test shows it: 59 numbers. Most are shown on the built program
/// from outside, in this folder; where a fault needs a server of its own kind, by a test with the real parts elsewhere.
struct FaultMatrix {
  struct Row: Sendable {
    let number: Int
    let fault: String
    let outcome: String
    /// The file, from the package's root, and the name of a test in it.
    let file: String
    let test: String

    init(_ number: Int, _ fault: String, _ outcome: String, _ file: String, _ test: String) {
      (self.number, self.fault, self.outcome, self.test) = (number, fault, outcome, test)
      self.file = file.contains("/") ? file : "Tests/EndToEndTests/\(file).swift"
    }
  }

  static let rows = input + files + process + output + configuration

  private static let input = [
    Row(
      1, "the last line has no end", "processed", "InputFaults", "1, 2, 4: BOM, CRLF and a last line without its end"),
    Row(2, "CRLF", "no \\r is left", "InputFaults", "1, 2, 4: BOM, CRLF"),
    Row(3, "nothing at standard input", "exit 0, all counts 0", "InputFaults", "3: nothing at standard input"),
    Row(4, "a BOM", "left out", "InputFaults", "1, 2, 4: BOM, CRLF"),
    Row(5, "one broken line of 1000", "999 go on, one dead letter with its line", "InputFaults", "5: one broken line"),
    Row(6, "bytes that are no UTF-8", "dead letter, counted", "InputFaults", "6, 7: bytes that are no text"),
    Row(7, "NUL, a lone surrogate, U+2028", "survive", "InputFaults", "6, 7: bytes that are no text"),
    Row(8, "a key twice", "written as it came; the first counts", "InputFaults", "8, 9, 10: what the detector wrote"),
    Row(9, "large integers, 1e400, 30 digits", "as they came", "InputFaults", "8, 9, 10: what the detector wrote"),
    Row(10, "account ids with leading zeros", "stay text", "InputFaults", "8, 9, 10: what the detector wrote"),
    Row(11, "100,000 levels of nesting", "dead letter, the next goes on", "InputFaults", "11: nesting without end"),
    Row(12, "a line of 50 MB", "dead letter, bounded memory", "InputFaults", "12: a line of 50 MB"),
    Row(13, "gzip with several members", "all are read", "InputFaults", "13, 14: of gzip that is cut short"),
    Row(14, "gzip that is cut short", "the readable part goes on, exit 65", "InputFaults", "13, 14: of gzip"),
    Row(15, "a gzip bomb", "capped, bounded memory", "InputFaults", "15: a gzip bomb"),
    Row(16, "gzip under another name", "the first bytes decide", "InputFaults", "16: the first bytes tell gzip"),
    Row(17, "the producer dies in a line", "one dead letter, exit 65", "InputFaults", "17: a producer that dies"),
  ]

  private static let files = [
    Row(18, "renamed and made anew", "nothing lost, nothing twice", "FollowFaults", "18: a file that is renamed"),
    Row(19, "copied and cut", "nothing lost, nothing twice", "FollowFaults", "19: copytruncate"),
    Row(20, "cut, and grown past the old place", "read from its beginning", "FollowFaults", "20: a file that is cut"),
    Row(21, "the inode for another file", "read from its beginning", "FollowFaults", "21: another file"),
    Row(22, "two files that begin alike", "both are read", "FollowFaults", "22: two files with the same beginning"),
    Row(23, "a checkpoint that is garbage", "read again, nothing lost", "FollowFaults", "23: a checkpoint"),
  ]

  private static let process = [
    Row(
      24, "SIGKILL at every write point, and at any time", "accepted is delivered", "KillSoak", "24: nothing is lost"),
    Row(25, "SIGTERM with a dead output", "ends in time with 75, backlog kept", "ProcessFaults", "25, 33: SIGTERM"),
    Row(26, "the disk is full", "back-pressure, then 75; recovers", "ProcessFaults", "26: a full disk"),
    Row(27, "fsync fails", "pending, 75, read again", "ProcessFaults", "27: where fsync fails"),
    Row(28, "a flipped byte in the state", "set aside or dead letter", "ProcessFaults", "28, 29: a damaged state"),
    Row(29, "the state is cut", "set aside and named, the gateway runs", "ProcessFaults", "28, 29: a damaged state"),
    Row(30, "the state folder cannot be written to", "check finds it", "ProcessFaults", "30: a state folder"),
    Row(31, "two processes on one state", "the second is refused", "ProcessFaults", "31: a second process"),
    Row(32, "a crash between any two steps", "no crash loop", "KillSoak", "24, 32: nothing is lost by kills"),
  ]

  private static let output = [
    Row(33, "a destination that is down", "kept, drained in order", "ProcessFaults", "25, 33: SIGTERM"),
    Row(34, "429 with Retry-After", "waited for", "OutputFaults", "34: 429 with Retry-After"),
    Row(35, "three 500s, then 200", "one success, one key", "OutputFaults", "35: three failures"),
    Row(36, "400", "dead letter, the next goes", "OutputFaults", "36: a refused alert"),
    Row(37, "401, then mended", "kept, then delivered", "OutputFaults", "37: 401 keeps the alerts"),
    Row(38, "Slack's 200 with an error", "no success", "OutputFaults", "38: of Slack"),
    Row(39, "a byte a second", "time-out, the others go on", "OutputFaults", "39, 42: of three outputs"),
    Row(
      40, "dropped after the whole body", "tried again under the same id", "OutputFaults", "40: a connection that drops"
    ),
    Row(41, "a redirect", "not followed", "OutputFaults", "41: a redirect is not followed"),
    Row(42, "one of three outputs is down", "the others go on", "OutputFaults", "39, 42: of three outputs"),
    Row(43, "one alert and silence", "delivered at once", "OutputFaults", "43: a single alert"),
    Row(44, "a syslog peer that closes", "nothing lost", "SyslogFaults", "44, 45: a receiver that stops"),
    Row(45, "a line break in an alert", "one message", "SyslogFaults", "44, 45: a receiver that stops"),
    Row(
      46, "a datagram over the limit", "dead letter, the others go", "Tests/PluginTests/Syslog/SyslogOutputTests.swift",
      "FAULTS 46: a datagram over the limit"),
    Row(
      47, "a certificate that is expired, of another host, by itself", "refused with the reason",
      "Tests/CurlTransportTests/NginxTests.swift", "FAULTS 47: a certificate is refused"),
    Row(48, "the file moved, its folder removed, the pipe closed", "made anew", "OutputFaults", "48: an output file"),
  ]

  private static let configuration = [
    Row(49, "a table is replaced", "each alert sees old or new", "ReloadFaults", "a table put in place by rename"),
    Row(50, "an empty table", "an error at load", "ConfigurationFaults", "50: an empty table"),
    Row(51, "CRLF and no last line end in a table", "read whole", "ConfigurationFaults", "51: a table with CRLF"),
    Row(52, "an empty pattern", "refused", "ConfigurationFaults", "52: a pattern that is empty"),
    Row(53, "a key twice in a table", "an error with both lines", "ConfigurationFaults", "53: an account twice"),
    Row(54, "a suppression", "has its record", "ConfigurationFaults", "54: every suppression"),
    Row(55, "../../x in a path", "stays in its folder", "ConfigurationFaults", "55: a field in a path"),
    Row(56, "a reload that is wrong", "the old configuration goes on", "ReloadFaults", "56: good and bad"),
    Row(57, "a reload while deliveries fail", "they wait, and are delivered", "ReloadFaults", "57: a reload leaves"),
    Row(58, "unknown settings", "place and suggestion", "ConfigurationFaults", "58: many mistakes"),
    Row(59, "a secret", "shown nowhere", "ConfigurationFaults", "59: a secret is shown"),
  ]

  @Test func `every number has its row, and no number has two`() {
    let numbers = Self.rows.map(\.number)
    #expect(numbers.count == Set(numbers).count)
    #expect(Set(numbers) == Set(1...59))
  }

  @Test(arguments: rows) func `the test of each row is there`(row: Row) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: row.file), encoding: .utf8)
    #expect(text.contains("func `\(row.test)"), "\(row.number): \(row.file) has no test '\(row.test)…'")
  }
}

extension FaultMatrix.Row: CustomTestStringConvertible {
  var testDescription: String { "\(number): \(fault): \(outcome)" }
}
