internal import AlertModel
internal import KQL
internal import PluginKit

/// What rules ask of events: each distinct question is compiled once and answered at most once an event, however many
/// rules ask it.
///
/// Questions of the form "does this field equal one of these values" are answered together for each field: the field is
/// looked up once, and its values are found in a table. A class, so that handing it on costs nothing; it never changes.
final class RuleQuestions: Sendable {
  /// A field, and what is asked about its values.
  final class TermField: Sendable {
    let field: Field
    /// The values that somebody asks for.
    let values: KeyIndex
    /// By number of a value: the questions that it answers with yes.
    let answered: [[Int32]]
    /// All questions about the field.
    let questions: [Int32]

    init(_ field: Field, _ terms: [(question: Int32, values: [String])]) {
      self.field = field
      var index = KeyIndex()
      var answered: [[Int32]] = []
      for term in terms {
        for value in term.values {
          let (number, isNew) = index.insert(value)
          if isNew { answered.append([]) }
          if answered[number].last != term.question { answered[number].append(term.question) }
        }
      }
      values = index
      self.answered = answered
      questions = terms.map(\.question)
    }
  }

  /// How one question is answered.
  enum Way: Sendable {
    /// With all others about this term field.
    case field(Int)
    case condition(Condition)
  }

  let ways: [Way]
  let fields: [TermField]

  /// Gathers the questions of rules.
  struct Builder {
    private let vocabulary: Vocabulary
    /// By its text's bytes: what Unicode takes for the same are different questions.
    private var numbers: [[UInt8]: Int32] = [:]
    private var conditions: [Condition] = []
    /// By question: the field and the values, where that is all it asks.
    private(set) var terms: [(field: String, values: [String])?] = []

    init(_ vocabulary: Vocabulary) {
      self.vocabulary = vocabulary
    }

    /// The number of the question, from 0.
    ///
    /// - Throws: `KQLError`, which cannot be where the whole query was compiled.
    mutating func number(of expression: KQLExpression) throws(KQLError) -> Int32 {
      let text = expression.description
      if let number = numbers[Array(text.utf8)] { return number }
      let condition = try Condition(text, vocabulary: vocabulary)
      let number = Int32(conditions.count)
      numbers[Array(text.utf8)] = number
      conditions.append(condition)
      terms.append(Self.isEquality(expression) ? condition.requiredTerms.first : nil)
      return number
    }

    /// True where the expression asks for nothing but one field's value, as `requiredTerms` then says in full.
    private static func isEquality(_ expression: KQLExpression) -> Bool {
      switch expression.kind {
      case .is: true
      case .or(let parts): parts.allSatisfy(isEquality)
      case .and, .not, .nested, .range: false
      }
    }

    func build() -> RuleQuestions {
      var names: [[UInt8]: Int] = [:]
      var asked: [(field: String, terms: [(question: Int32, values: [String])])] = []
      var ways: [Way] = []
      for (number, condition) in conditions.enumerated() {
        guard let term = terms[number] else {
          ways.append(.condition(condition))
          continue
        }
        let name = Array(term.field.utf8)
        let place = names[name] ?? asked.count
        if place == asked.count {
          names[name] = place
          asked.append((term.field, []))
        }
        asked[place].terms.append((Int32(number), term.values))
        ways.append(.field(place))
      }
      return RuleQuestions(ways: ways, fields: asked.map { TermField(vocabulary.field($0.field), $0.terms) })
    }
  }

  private init(ways: [Way], fields: [TermField]) {
    self.ways = ways
    self.fields = fields
  }
}
