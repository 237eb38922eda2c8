import Testing

@testable import PluginKit

@Suite("Bytes that stand near")
struct NearByteTests {
  @Test("the first of them is found wherever it stands, from wherever one looks")
  func finds() {
    for count in 0...20 {
      for places in [[], [0], [3], [7], [8], [15], [2, 9], [19], [0, 1, 18]] as [[Int]] {
        // Neighbours of the colon, and bytes above ASCII, must not pass for it.
        let text = (0..<count).map { places.contains($0) ? UInt8(ascii: ":") : [0x39, 0x3B, 0xBA, 0][$0 % 4] }
        for start in 0...(count + 1) {
          let found = text.withUnsafeBytes { $0.nearPlace(of: UInt8(ascii: ":"), from: start) }
          #expect(found == places.first { $0 >= start && $0 < count })
        }
      }
    }
  }
}
