extension String {
  /// A number and what it counts, for people: `1 alert`, `2 alerts`.
  ///
  /// - Parameter plural: where it is not the noun with an `s`.
  public static func counted(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
  }
}
