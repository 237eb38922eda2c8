import Foundation
import KQL
import Testing

/// What a person reads when a query is wrong.
struct KQLErrorTests {
  @Test(arguments: [
    (
      "not(a:b)",
      #"""
      Expected ":", "<", "<=", ">", ">=", AND, OR, or end of input but "(" found.
        not(a:b)
           ^
      Put a space between "not" and "(".
      """#
    ),
    (
      "a:b and\nname: not x",
      #"""
      Expected "(", "{", value, or whitespace but "n" found.
        name: not x
              ^
      Write "not field: value" or "field: (not value)".
      """#
    ),
    (
      "not not a:b",
      #"""
      Expected "(", field name, or value but "n" found.
        not not a:b
            ^
      Put parentheses around what "not" is about: not (not field: value)
      """#
    ),
    (
      "a:cannot run",
      #"""
      Expected AND, OR, or end of input but "n" found.
        a:cannot run
             ^
      "not" is an operator here. Put the value in quotation marks, or write "and not".
      """#
    ),
    (
      "path: C:\\Windows",
      #"""
      Expected AND, OR, or end of input but ":" found.
        path: C:\Windows
               ^
      In a value, write \: or put the value in quotation marks.
      """#
    ),
    (
      "path: x\\Windows",
      #"""
      Expected AND, OR, or end of input but "\\" found.
        path: x\Windows
               ^
      Write \\ for a backslash, or put the value in quotation marks.
      """#
    ),
    (
      "a:\"x",
      #"""
      Expected "(", "{", value, or whitespace but "\"" found.
        a:"x
          ^
      The quotation mark that opens here is never closed.
      """#
    ),
    (
      "(a:b",
      #"""
      Expected ")", AND, or OR but end of input found.
        (a:b
            ^
      Close the "(" with ")".
      """#
    ),
    (
      "a:b)",
      #"""
      Expected AND, OR, or end of input but ")" found.
        a:b)
           ^
      No "(" is open here. In a value, write \) or put the value in quotation marks.
      """#
    ),
    (
      "a:>5",
      #"""
      Expected "(", "{", value, or whitespace but ">" found.
        a:>5
          ^
      Leave out the colon: field > value
      """#
    ),
    (
      "a == \"x\"",
      #"""
      Expected ":", "<", "<=", ">", ">=", AND, OR, end of input, or whitespace but "\"" found.
        a == "x"
             ^
      Write ":" for =, and "not field: value" for !=.
      """#
    ),
    (
      "a:b && c:d",
      #"""
      Expected AND, OR, or end of input but ":" found.
        a:b && c:d
                ^
      Write "and" and "or" for && and ||.
      """#
    ),
    (
      "a:",
      #"""
      Expected "(", "{", value, or whitespace but end of input found.
        a:
          ^
      Something is missing at the end.
      """#
    ),
    (
      "(a:b)and(c:d)",
      #"""
      Expected AND, OR, or end of input but "a" found.
        (a:b)and(c:d)
             ^
      Put "and" or "or", with spaces around it, between the two.
      """#
    ),
    (
      "a:{ }",
      #"""
      Expected "(", NOT, field name, value, or whitespace but "}" found.
        a:{ }
            ^
      Write a query between the braces: field:{ name: value }
      """#
    ),
    (
      "a: {{ }}",
      #"""
      Expected a field name and "}}" after "{{".
        a: {{ }}
           ^
      Write the name of one field between the braces: user.name: {{user.target.name}}
      """#
    ),
    (
      "severity: hihg",
      #"""
      unknown severity "hihg"
        severity: hihg
                  ^
      Did you mean high? Severities are informational, low, medium, high, critical. The detector's own value is event.severity.
      """#
    ),
    (
      "a:b and severity >= (high)",
      #"""
      Expected literal or whitespace but "(" found.
        a:b and severity >= (high)
                            ^
      """#
    ),
    (
      "severity:(low or High)",
      #"""
      unknown severity "High"
        severity:(low or High)
                         ^
      Did you mean high? Severities are informational, low, medium, high, critical. The detector's own value is event.severity.
      """#
    ),
    (
      "severity >= 3",
      #"""
      unknown severity "3"
        severity >= 3
                    ^
      Severities are informational, low, medium, high, critical. The detector's own value is event.severity.
      """#
    ),
    (
      "severity: {{event.severity}}",
      #"""
      severity cannot be compared with another field
        severity: {{event.severity}}
        ^
      Compare it with one of informational, low, medium, high, critical.
      """#
    ),
    (
      "a*: {{b}}",
      #"""
      a field name before a comparison with another field cannot have wildcards
        a*: {{b}}
        ^
      Write out the name of one field.
      """#
    ),
    (
      "a: {{b}}{{c}}",
      #"""
      a value refers to more than one other field
        a: {{b}}{{c}}
        ^
      Write one comparison for each, with "and" between them.
      """#
    ),
  ])
  func `an error shows the query, the place, what was expected, and what to do`(query: String, expected: String) {
    let error = #expect(throws: KQLError.self) { try Condition(query, vocabulary: Documents.vocabulary) }
    #expect(error?.description == expected)
  }

  @Test func `places are bytes, lines and characters`() throws {
    let error = try #require(throws: KQLError.self) { try KQLExpression(parsing: "a:ü\nand b:ö:") }
    #expect(error.offset == 13)
    #expect(error.line == 2)
    #expect(error.column == 8)
  }

  @Test func `a long line is shown around the place`() throws {
    let query = "a:(" + (0..<200).map { "value\($0)" }.joined(separator: " or ") + " x:"
    let error = try #require(throws: KQLError.self) { try KQLExpression(parsing: query) }
    let lines = error.description.split(separator: "\n")
    #expect(lines[1].count < 90)
    let caret = lines[2].distance(from: lines[2].startIndex, to: try #require(lines[2].firstIndex(of: "^")))
    #expect(lines[1].dropFirst(caret).first == ":")
  }

  @Test(arguments: ["(", "a:(", "a:{", "not ("])
  func `nesting that would exhaust the stack is refused`(open: String) throws {
    let error = try #require(throws: KQLError.self) {
      try KQLExpression(parsing: String(repeating: open, count: 20_000))
    }
    #expect(error.message == "parentheses and braces are nested more than 250 deep" || open == "a:(")
    let close = open.hasSuffix("{") ? "}" : ")"
    if open != "a:(" {
      let deepest = String(repeating: open, count: 250) + "a:b" + String(repeating: close, count: 250)
      #expect(throws: Never.self) { try Condition(deepest, vocabulary: Documents.vocabulary) }
    }
  }

  @Test func `a query that is too long is refused`() throws {
    let error = try #require(throws: KQLError.self) {
      try KQLExpression(parsing: "a:" + String(repeating: "x", count: 300_000))
    }
    #expect(error.message == "the query is 300002 bytes long, more than 262144")
  }

  @Test func `no query takes longer than its length allows`() throws {
    for piece in ["a ", "a:b or ", "a:(b or ", "x not", " ", "a:{b", "\"", "\\", "((", "a:\"", "not "] {
      _ = try? KQLExpression(parsing: String(repeating: piece, count: 100_000 / piece.utf8.count))
    }
  }
}
