@testable internal import Outbox
internal import Testing

struct PlacesTests {
  @Test(arguments: 0..<200) func `Sets behave like sets, and survive being stored`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    func some() -> Set<Int32> {
      let density = Int.random(in: 1...10, using: &random)
      return Set((0..<Int32(120)).filter { _ in Int.random(in: 0..<10, using: &random) < density })
    }
    let (one, other) = (some(), some())
    let (left, right) = (Places(one.sorted()), Places(other.sorted()))
    #expect(left.all == one.sorted() && left.count == one.count)
    #expect(left.subtracting(right).all == one.subtracting(other).sorted())
    #expect(left.union(right).all == one.union(other).sorted())
    #expect(left.intersection(right).all == one.intersection(other).sorted())
    #expect(Places(encoded: left.encoded) == left)
    #expect(left.encoded.count <= 17)
    var rest = left
    let taken = rest.removeFirst(7)
    #expect(taken.all == Array(one.sorted().prefix(7)) && rest.all == Array(one.sorted().dropFirst(7)))
  }

  @Test(arguments: [[], [2], [0, 0x80], [0, 1, 0], [0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]] as [[UInt8]])
  func `Damaged bytes are no set`(bytes: [UInt8]) {
    #expect(Places(encoded: bytes) == nil)
  }
}
