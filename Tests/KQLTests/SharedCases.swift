import AlertModel
import Foundation

/// Test data that lies beside the checkout and is not part of it: `WEIR_SHARED`, else `../shared`.
enum SharedCases {
  static let folder: String = {
    if let folder = ProcessInfo.processInfo.environment["WEIR_SHARED"] { return folder }
    return #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
      + "/shared"
  }()

  static let areHere: Bool = {
    let found = FileManager.default.fileExists(atPath: folder + "/conformance/kql/cases.jsonl")
    if !found { print("Conformance cases are not at \(folder): the tests that need them do not run. Set WEIR_SHARED.") }
    return found
  }()

  /// The lines of a file, each with its number.
  static func lines(_ path: String) throws -> [(number: Int, text: String)] {
    let text = try String(contentsOfFile: folder + "/conformance/" + path, encoding: .utf8)
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .filter { !$0.element.isEmpty }.map { ($0.offset + 1, String($0.element)) }
  }

  /// One case: a JSON object.
  struct Case {
    let line: Int
    let json: String
    let fields: [String: Any]

    var query: String { fields["query"] as? String ?? "" }
    func text(_ name: String) -> String? { fields[name] as? String }
    func truth(_ name: String) -> Bool? { fields[name] as? Bool }
  }

  static func cases(_ path: String, kind: String? = nil) throws -> [Case] {
    try lines(path).compactMap { line in
      let fields = try JSONSerialization.jsonObject(with: Data(line.text.utf8)) as? [String: Any]
      guard let fields, kind == nil || fields["kind"] as? String == kind else { return nil }
      return Case(line: line.number, json: line.text, fields: fields)
    }
  }
}
