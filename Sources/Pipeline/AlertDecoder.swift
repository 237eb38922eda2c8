public import AlertModel
public import PluginKit

/// Turns the frames of chunks into parsed alerts: out of their envelopes, with their formats. Belongs to one thread.
public final class AlertDecoder {
  /// What documents are recognised by.
  public let formats: FormatSet

  /// Memory for the alert under way; reset before each.
  public let arena = TextArena()

  private let index: DocumentIndex
  private let earlierNotes: EarlierNotes

  public init(formats: FormatSet) {
    self.formats = formats
    index = DocumentIndex(formats.vocabulary)
    earlierNotes = formats.vocabulary.earlierNotes
  }

  /// An alert, still without Weir's severity.
  public struct Decoded {
    /// The alert's own document.
    public let document: Document
    /// The innermost document that it was taken out of.
    public let envelope: JSONNode?
    /// The place of its format.
    public let format: Int
    /// Where it stands in the input.
    public let frame: InputChunk.Frame
  }

  /// A document, or a part of one, that is no alert.
  public struct Refused {
    /// Why it is no alert.
    public let reason: String
    /// What was refused, as it was read.
    public let bytes: UnsafeRawBufferPointer
    /// Where that stands in the input.
    public let frame: InputChunk.Frame
  }

  /// Calls one of the two for everything that the chunk's frames hold, in order. What they get is valid in the call only.
  public func decode(_ chunk: InputChunk, alert: (Decoded) -> Void, refused: (Refused) -> Void) {
    chunk.bytes.withUnsafeBytes { bytes in
      for frame in chunk.frames {
        let document = UnsafeRawBufferPointer(rebasing: bytes[frame.start..<frame.start + frame.count])
        decode(document, frame, isPart: false, alert, refused)
      }
    }
  }

  /// The decoded alert with everything that conditions can ask it.
  public func alert(_ decoded: Decoded, ambient: [AddedField] = []) -> Alert {
    var alert = alert(decoded, severity: severity(of: decoded), ambient: ambient)
    alert.takeUpEarlierNotes()
    return alert
  }

  /// What a Weir gave the alert before, else what its format says. Where that note may be somebody else's, it can only
  /// raise the severity.
  private func severity(of decoded: Decoded) -> Severity {
    let noted = earlierNotes.severity(of: decoded.document)
    if let noted, !formats.vocabulary.tables[decoded.format].holdsEvent { return noted }
    let own = formats.severity(
      of: decoded.document, envelope: decoded.envelope, format: decoded.format, arena: arena)
    return max(own, noted ?? own)
  }

  /// A document that is an alert already, its fields indexed. Valid until the next.
  func document(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> Document {
    index.document(try index.parse(bytes))
  }

  func alert(_ decoded: Decoded, severity: Severity, ambient: [AddedField]) -> Alert {
    Alert(
      decoded.document, envelope: decoded.envelope, table: decoded.format, severity: severity, ambient: ambient,
      vocabulary: formats.vocabulary, arena: arena)
  }

  /// What conditions can ask about every alert of a chunk: `_index`, where the input sets it.
  public static func ambient(of chunk: InputChunk) -> [AddedField] {
    chunk.index.map { [AddedField("_index", text: $0)] } ?? []
  }

  private func decode(
    _ document: UnsafeRawBufferPointer, _ frame: InputChunk.Frame, isPart: Bool, _ alert: (Decoded) -> Void,
    _ refused: (Refused) -> Void
  ) {
    let root: JSONNode
    do throws(JSONError) {
      root = try index.parse(document)
    } catch {
      let parts = error.reason == .trailingContent && !isPart ? DocumentFramer.documents(in: document) : []
      guard parts.count > 1 else {
        refused(Refused(reason: error.description, bytes: document, frame: frame))
        return
      }
      for part in parts {
        decode(UnsafeRawBufferPointer(rebasing: document[part]), frame, isPart: true, alert, refused)
      }
      return
    }
    formats.forEachAlert(in: root, index: index) { document, envelope, format in
      let node = document.root
      guard node.kind == .object else {
        let reason = "an alert must be a JSON object, and this is \(node.kind.article)"
        refused(Refused(reason: reason, bytes: node.source, frame: frame))
        return
      }
      arena.reset()
      alert(Decoded(document: document, envelope: envelope, format: format, frame: frame))
    }
  }
}
