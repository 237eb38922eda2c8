public import AlertModel
public import PluginKit

/// A program's line as JSON.
public enum ProgramAnswer {
  /// Calls `body` with each member of the object that the line is.
  ///
  /// - Throws: `AnswerError` where the line is no object, and what `body` throws.
  public static func forEachMember(
    of line: [UInt8], _ body: (String, JSONNode) throws(AnswerError) -> Void
  ) throws(AnswerError) {
    let parser = DocumentParser()
    let mistake = line.withUnsafeBytes { bytes -> AnswerError? in
      guard let root = try? parser.parse(bytes), root.kind == .object else {
        let shown = VisibleText.quoted(String(decoding: bytes.prefix(400), as: UTF8.self))
        return AnswerError("its answer is no object of JSON: \(shown)")
      }
      do throws(AnswerError) {
        for member in root.members { try body(member.key.value.text, member.value) }
        return nil
      } catch {
        return error
      }
    }
    if let mistake { throw mistake }
  }
}

extension DeliveryBatch {
  /// The alerts as lines of JSON, each with its line feed.
  public var lines: [UInt8] {
    var lines: [UInt8] = []
    for index in 0..<count {
      self[index].withJSON { lines.append(contentsOf: $0) }
      lines.append(UInt8(ascii: "\n"))
    }
    return lines
  }
}
