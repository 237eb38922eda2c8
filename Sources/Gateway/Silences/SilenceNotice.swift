internal import AlertModel
internal import PluginKit

/// What is told when a silence begins or ends: a document in ECS, which goes the way of an alert, past the enrichers.
enum SilenceNotice {
  /// Who knows it: the input's name in dead letters.
  static let source = "weir"

  /// - Parameter kept: as it is now, with what it has held back.
  static func document(_ moment: KeptSilence.Moment, _ kept: KeptSilence, now: Timestamp) -> [UInt8] {
    let silence = kept.silence
    let message: String
    switch moment {
    case .begun:
      let limit = silence.ceiling == .critical ? "" : ", none above \(silence.ceiling)"
      message = "Until \(kept.end.rfc3339), alerts that meet '\(silence.when)' are held back\(limit): \(silence.reason)"
    case .ended:
      let how = kept.expiredBy.map { "was ended by \($0)" } ?? "is over"
      message =
        "The silence of '\(silence.when)' \(how). It held back \(kept.held == 1 ? "1 alert" : "\(kept.held) alerts"): \(silence.reason)"
    }
    var labels = [
      ("silence", silence.id), ("when", silence.when), ("reason", silence.reason), ("owner", silence.owner),
      ("added_by", kept.addedBy), ("begins", silence.begins.rfc3339), ("ends", kept.end.rfc3339),
      ("ceiling", silence.ceiling.description),
    ]
    if moment == .ended { labels.append(("held_back", "\(kept.held)")) }
    let name = moment == .begun ? "A silence has begun" : "A silence has ended"
    let event = [
      ("kind", "event"), ("provider", "weir"), ("action", "silence-\(moment.rawValue)"),
      ("id", "silence-\(silence.id)-\(moment.rawValue)"),
    ]
    let members = [
      ("@timestamp", text(now.rfc3339)), ("ecs", object([("version", "8.17.0")])), ("event", object(event)),
      ("severity", text("low")), ("rule", object([("id", "weir-silence-\(moment.rawValue)"), ("name", name)])),
      ("message", text(message)), ("user", object([("name", kept.expiredBy ?? kept.addedBy)])),
      ("labels", object(labels)),
    ]
    return Array("{".utf8) + members.map { text($0.0) + Array(":".utf8) + $0.1 }.joined(separator: Array(",".utf8))
      + Array("}".utf8)
  }

  private static func object(_ members: [(String, String)]) -> [UInt8] {
    Array("{".utf8) + members.map { text($0.0) + Array(":".utf8) + text($0.1) }.joined(separator: Array(",".utf8))
      + Array("}".utf8)
  }

  private static func text(_ text: String) -> [UInt8] {
    var json: [UInt8] = []
    JSONEscapes.appendQuoted(text, to: &json)
    return json
  }
}
