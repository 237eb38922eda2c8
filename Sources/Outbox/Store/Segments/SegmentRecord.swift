internal import AlertModel

/// A segment as it lies in a file: this header, who wanted what of it at first, the entries, the alerts' lines. Numbers are
/// little-endian. The database says where it is; the header is for the day on which the database is damaged, so that
/// nothing that was accepted depends on one page of it.
struct SegmentRecord: Sendable {
  let id: Int64
  let accepted: Timestamp
  let entriesSize: Int
  let bodySize: Int
  private let wantsSize: Int
  private let sum: UInt32

  static let headerSize = 40
  /// "WEIRSEG1"
  static let magic: [UInt8] = [0x57, 0x45, 0x49, 0x52, 0x53, 0x45, 0x47, 0x31]
  private static let sumOffset = 36

  var headSize: Int { Self.headerSize + wantsSize + entriesSize }
  /// Where the entries begin.
  var entriesStart: Int { Self.headerSize + wantsSize }

  /// What stands before the entries: the same number of bytes for any id.
  static func header(
    id: Int64, accepted: Timestamp, wants: [UInt8], entriesSize: Int, bodySize: Int
  ) -> [UInt8] {
    var bytes = magic
    append(id, to: &bytes)
    append(accepted.nanoseconds, to: &bytes)
    append(UInt32(wants.count), to: &bytes)
    append(UInt32(entriesSize), to: &bytes)
    append(UInt32(bodySize), to: &bytes)
    append(UInt32(0), to: &bytes)
    bytes += wants
    let sum = Checksum.of(bytes)
    bytes.withUnsafeMutableBytes { $0.storeBytes(of: sum.littleEndian, toByteOffset: sumOffset, as: UInt32.self) }
    return bytes
  }

  /// Nil where there is no record.
  ///
  /// - Parameter head: at least `headerSize` bytes.
  init?(_ head: some Collection<UInt8>) {
    let head = Array(head.prefix(Self.headerSize))
    guard head.count == Self.headerSize, head.starts(with: Self.magic) else { return nil }
    func get<Value: FixedWidthInteger>(_ offset: Int, _: Value.Type) -> Value {
      head.withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self)) }
    }
    id = get(8, Int64.self)
    accepted = Timestamp(nanoseconds: get(16, Int64.self))
    wantsSize = Int(get(24, UInt32.self))
    entriesSize = Int(get(28, UInt32.self))
    bodySize = Int(get(32, UInt32.self))
    sum = get(Self.sumOffset, UInt32.self)
  }

  /// Who wanted what, by the outputs' names; nil where the header does not have its checksum.
  ///
  /// - Parameter head: all of it.
  func wants(in head: [UInt8]) -> [(output: String, places: Places)]? {
    guard head.count >= entriesStart else { return nil }
    var header = Array(head[..<entriesStart])
    for at in Self.sumOffset..<Self.headerSize { header[at] = 0 }
    guard Checksum.of(header) == sum else { return nil }
    return Self.decode(wants: header[Self.headerSize...])
  }

  /// For each output the length of its name, the name, the length of its places, the places.
  static func encode(wants: [(output: String, places: Places)]) -> [UInt8] {
    var bytes: [UInt8] = []
    for want in wants {
      let (name, places) = (Array(want.output.utf8), want.places.encoded)
      append(UInt32(name.count), to: &bytes)
      bytes += name
      append(UInt32(places.count), to: &bytes)
      bytes += places
    }
    return bytes
  }

  /// Encoded wants as a row of the database has them: a checksum before them.
  static func seal(_ wants: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: Checksum.of(wants).littleEndian) { Array($0) } + wants
  }

  /// Nil where there are none, or not with their checksum.
  static func unseal(_ sealed: [UInt8]) -> [(output: String, places: Places)]? {
    guard sealed.count > 4 else { return nil }
    let wants = sealed.dropFirst(4)
    return seal(Array(wants)) == sealed ? decode(wants: wants) : nil
  }

  private static func decode(wants: ArraySlice<UInt8>) -> [(output: String, places: Places)]? {
    var rest = wants
    func part() -> ArraySlice<UInt8>? {
      guard rest.count >= 4 else { return nil }
      let count = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(4)
      guard rest.count >= count else { return nil }
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }
    var found: [(output: String, places: Places)] = []
    while !rest.isEmpty {
      guard let name = part(), let encoded = part(), let places = Places(encoded: encoded) else { return nil }
      found.append((String(decoding: name, as: UTF8.self), places))
    }
    return found
  }

  private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
