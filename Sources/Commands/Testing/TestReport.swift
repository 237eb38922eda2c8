internal import PluginKit

/// The results of test files, for people and as JUnit XML.
struct TestReport: Sendable {
  private(set) var files: [(name: String, results: [TestRunner.Result])] = []

  mutating func add(_ name: String, _ results: [TestRunner.Result]) { files.append((name, results)) }

  var count: Int { files.reduce(0) { $0 + $1.results.count } }
  var failureCount: Int { files.reduce(0) { $0 + $1.results.count { !$0.failures.isEmpty } } }

  /// One line a test, and below those that failed, why.
  func text(_ ink: Ink) -> String {
    var text = ""
    for (name, results) in files {
      text += ink(name, .bold) + "\n"
      for result in results {
        text += "  \(ink.mark(result.failures.isEmpty)) \(VisibleText.escaped(result.name))\n"
        for failure in result.failures { text += "      \(failure.place): \(failure.message)\n" }
      }
    }
    let tests = String.counted(count, "test")
    return text + (failureCount == 0 ? ink("\(tests) passed", .green) : ink("\(tests), \(failureCount) failed", .red))
  }

  /// The format that CI systems read (https://github.com/testmoapp/junitxml).
  var junit: String {
    var xml = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
    xml += "<testsuites tests=\"\(count)\" failures=\"\(failureCount)\">\n"
    for (name, results) in files {
      let failed = results.count { !$0.failures.isEmpty }
      let total = results.reduce(Duration.zero) { $0 + $1.duration }
      xml += "  <testsuite name=\"\(Self.escaped(name))\" tests=\"\(results.count)\" failures=\"\(failed)\" "
      xml += "time=\"\(Self.seconds(total))\">\n"
      for result in results {
        let file = "file=\"\(Self.escaped(result.place.file))\" line=\"\(result.place.line)\""
        xml += "    <testcase name=\"\(Self.escaped(result.name))\" classname=\"\(Self.escaped(name))\" \(file) "
        xml += "time=\"\(Self.seconds(result.duration))\""
        guard let first = result.failures.first else {
          xml += "/>\n"
          continue
        }
        let all = result.failures.map { "\($0.place): \($0.message)" }.joined(separator: "\n")
        xml += ">\n      <failure message=\"\(Self.escaped(first.message))\">\(Self.escaped(all))</failure>\n"
        xml += "    </testcase>\n"
      }
      xml += "  </testsuite>\n"
    }
    return xml + "</testsuites>\n"
  }

  private static func seconds(_ duration: Duration) -> String {
    let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }

  /// XML 1.0, sections 2.2 and 2.4: what has a meaning is escaped, what cannot stand in XML at all is shown otherwise.
  private static func escaped(_ text: String) -> String {
    var xml = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": xml += "&amp;"
      case "<": xml += "&lt;"
      case ">": xml += "&gt;"
      case "\"": xml += "&quot;"
      case "\n": xml += "&#10;"
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
        xml += "\\u{\(String(scalar.value, radix: 16))}"
      default: xml.unicodeScalars.append(scalar)
      }
    }
    return xml
  }
}
