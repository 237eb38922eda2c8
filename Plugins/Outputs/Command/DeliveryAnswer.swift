internal import AlertModel
internal import LinePrograms
internal import PluginKit

/// What a program's line says became of an alert: `{"result": "ok" or "retry" or "refuse", "reason": "…", "after": "30s"}`.
enum DeliveryAnswer {
  private enum Result: String {
    case ok, retry, refuse
  }

  /// What to do with the alert; nil where it was accepted.
  static func outcome(of line: [UInt8], _ redaction: Redaction) throws(AnswerError) -> DeliveryError.Outcome? {
    var result: Result?
    var reason = ""
    var after: Duration?
    try ProgramAnswer.forEachMember(of: line) { name, value throws(AnswerError) in
      let text = value.value.text
      switch (name, value.kind) {
      case ("result", .string): result = Result(rawValue: text)
      case ("reason", .string): reason = redaction.excerpt(of: Array(text.utf8))
      case ("after", .string):
        after = Duration(settingText: text)
        if after == nil { throw AnswerError("its answer's \"after\" is not a duration, such as \"30s\"") }
      default: throw AnswerError("its answer has \(VisibleText.quoted(name)), not \"result\", \"reason\" or \"after\"")
      }
    }
    let said = reason.isEmpty ? "" : ": \(reason)"
    switch result {
    case .ok: return nil
    case .retry: return .retry(reason: "the program asks for another try" + said, after: after)
    case .refuse: return .reject(reason: "the program refused it" + said)
    case nil: throw AnswerError("its answer's \"result\" is none of \"ok\", \"retry\", \"refuse\"")
    }
  }
}
