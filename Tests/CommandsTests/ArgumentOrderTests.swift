import Testing

@testable import Commands

@Suite struct ArgumentOrderTests {
  @Test(arguments: [
    ("outbox -c a.yaml list --json", "outbox list -c a.yaml --json"),
    ("-c a.yaml outbox --state s drop --all", "outbox drop -c a.yaml --state s --all"),
    ("--config=a.yaml silence list", "silence list --config=a.yaml"),
    ("silence --config a.yaml expire 3fa91c", "silence expire --config a.yaml 3fa91c"),
    ("-c a.yaml check", "check -c a.yaml"),
    // An id, and what stands where it belongs, stay.
    ("outbox -c a.yaml 3fa91c list", "outbox -c a.yaml 3fa91c list"),
    ("outbox list -c list", "outbox list -c list"),
    ("outbox list show", "outbox list show"),
    ("outbox -c", "outbox -c"),
    ("-c outbox", "-c outbox"),
    ("--help", "--help"),
    ("", ""),
  ])
  func `a configuration that is named before a command goes behind it`(written: String, read: String) {
    let words = written.split(separator: " ").map(String.init)
    #expect(ArgumentOrder.ordered(words, below: WeirCommand.self).joined(separator: " ") == read)
  }
}
