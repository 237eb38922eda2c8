/// Names as configuration writes them.
enum SnakeCase {
  /// `webhookURL` is `webhook_url`, `caFile` is `ca_file`, `userIDs` is `user_ids`.
  static func name(ofProperty property: String) -> String {
    let letters = Array(property)
    var name = ""
    for (place, letter) in letters.enumerated() {
      if letter.isUppercase, place > 0, beginsWord(letters, at: place) { name += "_" }
      name += letter.lowercased()
    }
    return name
  }

  private static func beginsWord(_ letters: [Character], at place: Int) -> Bool {
    guard letters[place - 1].isUppercase else { return true }
    // Inside a run of capitals, the last one begins a word if small letters follow, save the s of a plural.
    let following = letters[(place + 1)...].prefix { $0.isLowercase }
    return !following.isEmpty && String(following) != "s"
  }
}
