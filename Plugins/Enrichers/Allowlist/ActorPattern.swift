internal import PluginKit

/// What can be said about an actor's pattern before any alert.
enum ActorPattern {
  /// Why the pattern cannot be used; nil where it can.
  static func mistake(in pattern: String) -> String? {
    if pattern.isEmpty { return "an actor is empty; it would match nothing or everything" }
    if pattern.isBlank {
      return "an actor has nothing but white space or characters that nobody sees"
    }
    if pattern.utf8.allSatisfy({ $0 == UInt8(ascii: "*") }) {
      return "the actor '\(pattern)' matches everybody; name who is meant"
    }
    guard pattern.utf8.contains(UInt8(ascii: "*")) else { return nil }
    let words = pattern.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.map { $0.lowercased() }
    let telling = words.filter { !structural.contains($0) }.joined()
    if telling.isEmpty || telling.count == 1 && pattern.hasPrefix("*") && pattern.hasSuffix("*") {
      return "the actor '\(pattern)' matches everybody or nearly so; name an account, a role or a user"
    }
    return nil
  }

  /// Words that an ARN or a unique id has whoever it is of.
  private static let structural: Set<String> = [
    "arn", "aws", "aws-cn", "aws-us-gov", "iam", "sts", "user", "role", "assumed-role", "root", "federated-user",
    "group",
    "aroa", "aida", "asia", "akia", "-",
  ]

  /// True where the pattern tells actors apart by nothing but a session's name, which whoever assumes a role chooses:
  /// `arn:aws:sts::*:assumed-role/*/deploy`, `*:deploy`, `*/deploy`.
  static func restsOnSessionName(_ pattern: String) -> Bool {
    guard pattern.utf8.contains(UInt8(ascii: "*")) else { return false }
    let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
    if pattern.hasPrefix("arn:") {
      guard pattern.contains("assumed-role/") || pattern.contains(":sts:"), parts.count >= 3 else { return false }
      return mistake(in: parts.dropLast().joined(separator: "/") + "*") != nil
    }
    guard let separator = pattern.lastIndex(where: { $0 == "/" || $0 == ":" }) else { return false }
    let before = pattern[..<separator]
    return !before.isEmpty && mistake(in: before + "*") != nil
  }

  /// False where no session's ARN or id meets the pattern, by how it begins: as a role's or a user's, or a name.
  static func canBeSession(_ pattern: String) -> Bool {
    let start = Array(pattern.utf8.prefix { $0 != UInt8(ascii: "*") })
    let parts = start.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    if parts.count > 1, parts[0].elementsEqual("arn".utf8) {
      // Partition and service follow.
      return parts.count < 4 || parts[2].elementsEqual("sts".utf8)
    }
    return "arn".utf8.starts(with: start) || "AROA".utf8.starts(with: start.prefix(4))
      || start.prefix(12).allSatisfy { $0 &- UInt8(ascii: "0") <= 9 }
  }

  /// What sessions are called up to the name that whoever opens one chooses; a NUL stands for an account, a role or an id.
  private static let sessions = ["arn:aws:sts::\0:assumed-role/\0/", "arn:aws:sts::\0:federated-user/", "AROA\0:"]

  /// True where a pattern, by its texts before, between and behind the wildcards, is met by a session of any role, if it
  /// only has the right name. Names of sessions have neither `/` nor `:`.
  static func isMetBySessionName(_ segments: [String]) -> Bool {
    sessions.contains { session in
      var rest = session[...]
      for (place, segment) in segments.enumerated() where !segment.isEmpty {
        let segment = segment.replacing(/\d{12}/, with: "\0")
        if place > 0, let found = rest.firstRange(of: segment) {
          rest = rest[found.upperBound...]
        } else if place == 0, rest.hasPrefix(segment) {
          rest = rest.dropFirst(segment.count)
        } else {
          // It ends in the name, or lies in it; so does what follows.
          let starts = place == 0 ? [rest.startIndex] : Array(rest.indices) + [rest.endIndex]
          let isInName = starts.contains {
            segment.hasPrefix(rest[$0...]) && isName(segment.dropFirst(rest[$0...].count))
          }
          return isInName && segments[(place + 1)...].allSatisfy { isName($0[...]) }
        }
      }
      return false
    }
  }

  /// True where a wildcard that begins within a role's name may end in that of the session, since what follows it may stand
  /// there: `…:assumed-role/ops-*-admin`.
  static func goesBeyondRole(_ segments: [String]) -> Bool {
    var isInRole = false
    for segment in segments {
      if let role = segment.ranges(of: "role/").last {
        isInRole = !segment[role.upperBound...].contains("/")
      } else if isInRole, !segment.isEmpty {
        if !segment.contains("/") { return true }
        isInRole = false
      }
    }
    return false
  }

  private static func isName(_ text: Substring) -> Bool { !text.contains { $0 == "/" || $0 == ":" } }
}

extension String {
  /// True where there is nothing to be seen.
  var isBlank: Bool {
    unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint }
  }
}
