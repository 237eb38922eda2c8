extension String {
  /// A number and what it counts: `1 alert`, `2 alerts`.
  static func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
