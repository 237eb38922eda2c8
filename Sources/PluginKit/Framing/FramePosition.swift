/// A place in a source at which framing can go on: where a run that was interrupted takes up its work.
public struct FramePosition: Sendable, Equatable {
  /// The first byte that was not handed out, from 0; of the uncompressed source.
  public var offset: Int64

  /// The line on which it stands, from 1.
  public var line: Int

  /// The array whose elements are being handed out; nil between documents.
  public var array: OpenArray?

  public init(offset: Int64 = 0, line: Int = 1, array: OpenArray? = nil) {
    self.offset = offset
    self.line = line
    self.array = array
  }

  /// The beginning of a source.
  public static let start = FramePosition()

  /// An array each of whose elements is a document.
  public struct OpenArray: Sendable, Equatable {
    /// What is open.
    public enum Kind: String, Sendable {
      /// The document is the array.
      case plain
      /// The document is an object whose first member is the array `Records`.
      case records
      /// The array `Records` is over; the rest of the object is still to come.
      case recordsEnd
    }

    /// What may come next in it.
    public enum Expectation: String, Sendable {
      case element
      case separator
      /// After something broken: an element, a comma or the end.
      case anything
    }

    /// What is open.
    public var kind: Kind
    /// What may come next in it.
    public var expects: Expectation
    /// The line on which the document with the array begins.
    public let line: Int

    public init(kind: Kind, expects: Expectation, line: Int) {
      self.kind = kind
      self.expects = expects
      self.line = line
    }
  }
}

/// The position as one word, for checkpoints: `4711@12`, or with an open array `4711@12,records,separator,1`.
extension FramePosition: LosslessStringConvertible {
  public var description: String {
    let place = "\(offset)@\(line)"
    guard let array else { return place }
    return "\(place),\(array.kind.rawValue),\(array.expects.rawValue),\(array.line)"
  }

  public init?(_ description: String) {
    let parts = description.split(separator: ",", omittingEmptySubsequences: false)
    let place = parts[0].split(separator: "@", omittingEmptySubsequences: false)
    guard place.count == 2, let offset = Int64(place[0]), let line = Int(place[1]), offset >= 0, line >= 1 else {
      return nil
    }
    self.init(offset: offset, line: line)
    if parts.count == 1 { return }
    guard parts.count == 4, let kind = OpenArray.Kind(rawValue: String(parts[1])),
      let expects = OpenArray.Expectation(rawValue: String(parts[2])), let first = Int(parts[3])
    else { return nil }
    array = OpenArray(kind: kind, expects: expects, line: first)
  }
}
