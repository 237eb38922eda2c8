internal import AlertModel
internal import KQL
internal import PluginKit

/// The whole way of one alert through a configuration, and why it went that way.
struct AlertStory: Sendable {
  let source: String
  let line: Int
  /// The place of the alert in its document: from 0, above it where an envelope holds several.
  let number: Int
  var id = ""
  /// The name of the format that it was recognised by, and what the format stands for.
  var format = ""
  var formatTitle = ""
  /// The rule that made it from an event.
  var rule: String?
  /// By the format's rule.
  var severity = Severity.informational
  /// What it is in the end: lower where an entry demoted it.
  var finalSeverity = Severity.informational
  /// The ECS view, in its order.
  var fields: [FieldLine] = []
  var enrichers: [EnricherStep] = []
  var end = End.unrouted
  var routes: [RouteStep] = []
  var sendings: [Sending] = []

  struct FieldLine: Sendable, Equatable {
    let name: String
    var values: [String]
  }

  /// What one enricher made of the alert.
  struct EnricherStep: Sendable {
    let name: String
    var answer = Answer.nothing
    /// What it looked at, where it can say.
    var decisions: [DecisionExplanation] = []
  }

  enum Answer: Sendable {
    case nothing
    case added([FieldLine])
    case held
    case demoted(to: Severity, by: String)
    case failed(String)
  }

  enum End: Sendable {
    case suppressed(Suppression)
    case routed
    case unrouted
  }

  /// What one route made of the alert.
  struct RouteStep: Sendable {
    let name: String
    let outputs: [String]
    let answer: Answer

    enum Answer: Sendable {
      /// It has no condition.
      case takesAll
      case asked(Explanation)
      /// Nobody asked it, since this route took the alert before.
      case notAsked(after: String)
    }

    var isTaken: Bool {
      switch answer {
      case .takesAll: true
      case .asked(let explanation): explanation.isTrue
      case .notAsked: false
      }
    }
  }

  /// What one output would send.
  struct Sending: Sendable {
    let output: String
    let plugin: String
    let bytes: Result<[UInt8], Problem>

    struct Problem: Error {
      let reason: String
    }
  }
}

/// What an input could not be made an alert of.
struct UnreadablePart: Sendable {
  let source: String
  let line: Int
  let reason: String
}
