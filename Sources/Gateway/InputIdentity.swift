/// What an input is known by, wherever it stands in the configuration: its plugin's name and what it reads.
///
/// As text `file:%2Fvar%2Flog%2Fa.ndjson,%2Fvar%2Flog%2Fb.ndjson`: a slash ends it in a checkpoint's key. Two inputs that
/// read the same are told apart by a number, `#2`. Without anything that it reads it is the plugin's name; so it was for
/// all inputs once, with a number from the second on (`file_2`).
struct InputIdentity {
  let kind: String
  /// Encoded; empty for an identity that says nothing of them.
  let sources: Set<Substring>

  /// - Parameter text: an identity as it stands in a checkpoint's key.
  init(_ text: String) {
    let parts = text.prefix { $0 != "#" }.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first ?? ""
    guard parts.count == 2 else {
      let base = name.lastIndex(of: "_").map { name[..<$0] } ?? name
      let hasNumber = Int(name.dropFirst(base.count + 1)) != nil
      kind = String(hasNumber ? base : name)
      sources = []
      return
    }
    kind = String(name)
    sources = Set(parts[1].split(separator: ","))
  }

  /// The identity of an input, other than all that are taken; it is taken then.
  static func unique(kind: String, sources: [String], among taken: inout Set<String>) -> String {
    let list = Set(sources).sorted().map(encoded).joined(separator: ",")
    let first = list.isEmpty ? kind : "\(kind):\(list)"
    var text = first
    var number = 1
    while !taken.insert(text).inserted {
      number += 1
      text = "\(first)#\(number)"
    }
    return text
  }

  private static func encoded(_ source: String) -> String {
    source.replacing("%", with: "%25").replacing("/", with: "%2F").replacing(",", with: "%2C")
      .replacing("#", with: "%23")
  }
}
