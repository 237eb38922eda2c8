internal import AlertModel
internal import PluginKit
internal import Synchronization

/// What an alert says about ATT&CK.
struct AttackFields: Sendable {
  private let fields: [Field]

  private static let names = [
    "threat.technique.id", "threat.technique.name", "threat.technique.reference", "threat.technique.subtechnique.id",
    "threat.technique.subtechnique.name", "threat.technique.subtechnique.reference", "threat.tactic.id",
    "threat.tactic.name", "threat.tactic.reference",
  ]

  init(_ vocabulary: Vocabulary) {
    fields = Self.names.map(vocabulary.field)
  }

  /// The values of all fields, as one text: what the answer depends on.
  struct Question {
    /// Values, each behind the number of its field.
    fileprivate(set) var key: [UInt8] = []

    var isEmpty: Bool { key.isEmpty }

    func isPresent(_ name: String) -> Bool { !self[name].isEmpty }

    /// The values of a field.
    subscript(name: String) -> [String] {
      guard let number = AttackFields.names.firstIndex(of: name) else { return [] }
      return key.split(separator: 0).compactMap { part in
        part.first == UInt8(number + 1) ? String(decoding: part.dropFirst(), as: UTF8.self) : nil
      }
    }
  }

  /// Values are cut at 128 bytes, and there are 64 of a field at the most.
  func question(_ alert: borrowing Alert) -> Question {
    var question = Question()
    for (number, field) in fields.enumerated() {
      var count = 0
      alert.forEachValue(field) { value in
        guard value.isScalar else { return false }
        value.withText { text in
          guard !text.isEmpty, !text.contains(0) else { return }
          question.key.append(UInt8(number + 1))
          question.key += text.prefix(128)
          question.key.append(0)
        }
        count += 1
        return count == 64
      }
    }
    return question
  }
}

/// Remembers answers: most alerts ask what others have asked.
final class AnswerCache: Sendable {
  private let answers = Mutex<[[UInt8]: [AddedField]]>([:])
  private static let capacity = 4096

  func answer(
    _ question: AttackFields.Question, _ make: (AttackFields.Question) -> [AddedField]
  ) -> [AddedField] {
    let key = question.key
    if let known = answers.withLock({ $0[key] }) { return known }
    let made = make(question)
    answers.withLock { answers in
      if answers.count >= Self.capacity { answers.removeAll(keepingCapacity: true) }
      answers[key] = made
    }
    return made
  }
}
