import Testing

@testable import Commands

@Suite struct ProgressLineTests {
  @Test(
    arguments: [
      (1, "1 byte"), (812, "812 bytes"), (1024, "1.0 KiB"), (1500, "1.4 KiB"), (10 << 10, "10 KiB"),
      (5 << 20, "5.0 MiB"), (700 << 20, "700 MiB"), (3 << 30, "3.0 GiB"), (2 << 40, "2.0 TiB"),
    ] as [(Int64, String)]) func `says sizes as people do`(bytes: Int64, text: String)
  {
    #expect(ProgressLine.size(bytes) == text)
  }
}
