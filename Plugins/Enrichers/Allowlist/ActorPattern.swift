internal import PluginKit

/// What can be said about an actor's pattern before any alert.
enum ActorPattern {
  /// Why the pattern cannot be used; nil where it can.
  static func mistake(in pattern: String) -> String? {
    if pattern.isEmpty { return "an actor is empty; it would match nothing or everything" }
    if pattern.utf8.allSatisfy({ $0 == UInt8(ascii: "*") }) {
      return "the actor '\(pattern)' matches everybody; name who is meant"
    }
    guard pattern.utf8.contains(UInt8(ascii: "*")) else { return nil }
    let words = pattern.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.map { $0.lowercased() }
    if words.allSatisfy(structural.contains) {
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
}
