internal import AlertModel
internal import Gateway
internal import PluginKit

/// A silence in a listing.
struct SilenceRow {
  private let kept: KeptSilence
  private let now: Timestamp

  init(_ kept: KeptSilence, now: Timestamp) {
    self.kept = kept
    self.now = now
  }

  /// Four lines for people.
  var text: String {
    let silence = kept.silence
    let state: String
    if kept.isInForce(now) {
      let left = (silence.ends - now).components.seconds
      state = "until \(silence.ends.rfc3339), \(Duration.seconds(max(1, left)).settingText) left"
    } else {
      state = "ended \(kept.end.rfc3339)" + (kept.expiredBy.map { " by \($0)" } ?? "")
    }
    return """
      \(silence.id)  \(state); held back \(kept.held), nothing above \(silence.ceiling)
          when: \(VisibleText.escaped(silence.when))
          reason: \(VisibleText.escaped(silence.reason)) (owner \(VisibleText.escaped(silence.owner)))
          added \(silence.begins.rfc3339) by \(VisibleText.escaped(kept.addedBy))
      """
  }

  /// One JSON object.
  var json: String {
    let silence = kept.silence
    var members = [
      ("id", silence.id), ("when", silence.when), ("reason", silence.reason), ("owner", silence.owner),
      ("ceiling", silence.ceiling.description), ("added_by", kept.addedBy), ("begins", silence.begins.rfc3339),
      ("ends", kept.end.rfc3339),
    ]
    if let by = kept.expiredBy { members.append(("expired_by", by)) }
    var json = Array("{".utf8)
    for (name, value) in members {
      JSONEscapes.appendQuoted(name, to: &json)
      json.append(UInt8(ascii: ":"))
      JSONEscapes.appendQuoted(value, to: &json)
      json.append(UInt8(ascii: ","))
    }
    json += Array("\"in_force\":\(kept.isInForce(now)),\"held_back\":\(kept.held)}".utf8)
    return String(decoding: json, as: UTF8.self)
  }
}
