internal import AlertModel
public import PluginKit

/// The promises that every enricher must keep, as a test that every enricher runs: it bears odd alerts without failing,
/// says the same of the same alert each time and from every thread, and does not overwrite.
public struct EnricherConformance<Subject: Enricher>: Sendable {
  private let subject: Subject
  private let fixtures: AlertFixtures
  private let documents: [String]

  /// - Parameters:
  ///   - subject: an enricher that is loaded and started.
  ///   - fixtures: the same formats as the subject's context has.
  ///   - documents: alerts that the enricher has something to say about, besides odd ones.
  public init(_ subject: Subject, fixtures: AlertFixtures = AlertFixtures(), documents: [String] = []) {
    self.subject = subject
    self.fixtures = fixtures
    self.documents = documents + OddAlerts.documents
  }

  /// What the enricher does not keep to; empty where all is well.
  public func violations() async throws -> [String] {
    let first = try answers()
    var violations: [String] = []
    for (document, answer) in zip(documents, first) where answer.hasPrefix("failure") {
      violations.append("it fails on \(document.prefix(200)): \(answer)")
    }
    let others = try await withThrowingTaskGroup(of: [String].self) { group in
      for _ in 0..<8 { group.addTask { try answers() } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    if others.contains(where: { $0 != first }) {
      violations.append("it does not say the same of the same alert each time, or not from several threads at once")
    }
    return violations
  }

  private func answers() throws -> [String] {
    try documents.map { document in
      switch try fixtures.enrichment(of: document, by: subject) {
      case nil: "no alert"
      case .failure(let failure): "failure: \(failure.reason)"
      case .success(.nothing): "nothing"
      case .success(.hold(let suppression)): "hold: \(suppression)"
      case .success(.demote(let severity, let suppression)): "demote to \(severity): \(suppression)"
      case .success(.assess(let severity, let fields)): "assess as \(severity): \(Self.text(of: fields))"
      case .success(.fields(let fields)): Self.text(of: fields)
      }
    }
  }

  private static func text(of fields: [AddedField]) -> String {
    fields.map { "\($0.path.name)=\(String(decoding: $0.json, as: UTF8.self))" }.joined(separator: " ")
  }
}
