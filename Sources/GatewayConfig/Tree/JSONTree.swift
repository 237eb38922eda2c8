internal import AlertModel
internal import PluginKit

/// Builds the tree of a JSON file (RFC 8259). JSON's own rules hold, not YAML's: escapes of surrogate pairs, tabs.
struct JSONTree {
  private let file: String
  private let limits: TreeLimits
  /// The bytes passed so far and where they end, so that places are found in one walk.
  private var walked = (offset: 0, line: 1, column: 1)
  private let bytes: UnsafeRawBufferPointer
  private var problems: [Diagnostic] = []

  static func read(
    _ bytes: [UInt8], file: String, limits: TreeLimits = .data
  ) throws(ConfigurationError) -> LocatedNode {
    let text = SourceText(bytes)
    // Nodes live as long as their parser.
    let parser = DocumentParser()
    defer { withExtendedLifetime(parser) {} }
    let result = text.bytes.withUnsafeBytes { buffer -> Result<LocatedNode, ConfigurationError> in
      var tree = JSONTree(file: file, limits: limits, bytes: buffer)
      do {
        let root = try parser.parse(buffer)
        let node = try tree.node(root, depth: 1)
        return tree.problems.isEmpty ? .success(node) : .failure(ConfigurationError(tree.problems))
      } catch let error as JSONError {
        let place = text.mark(atByte: error.offset).place(in: file)
        return .failure(ConfigurationError("this is not JSON: \(error)", at: place))
      } catch let error as ConfigurationError {
        return .failure(error)
      } catch {
        return .failure(ConfigurationError("\(error)", at: SourcePlace(file: file)))
      }
    }
    return try result.get()
  }

  private init(file: String, limits: TreeLimits, bytes: UnsafeRawBufferPointer) {
    self.file = file
    self.limits = limits
    self.bytes = bytes
  }

  private mutating func node(_ json: JSONNode, depth: Int) throws(ConfigurationError) -> LocatedNode {
    let place = place(of: json)
    guard depth <= limits.depth else {
      throw ConfigurationError("objects and arrays are nested more than \(limits.depth) deep", at: place)
    }
    switch json.kind {
    case .object:
      var entries: [LocatedNode.Entry] = []
      var lines: [String: Int] = [:]
      for member in json.members {
        let key = LocatedText(member.key.value.text, at: self.place(of: member.key))
        let value = try node(member.value, depth: depth + 1)
        if let line = lines[key.text] {
          let message = "the key \(key.quoted) is on line \(line) already; remove one of the two"
          problems.append(Diagnostic(.error, message, at: key.place))
          continue
        }
        lines[key.text] = key.place.line
        entries.append(LocatedNode.Entry(key: key, value: value))
      }
      return LocatedNode(.mapping(entries), at: place)
    case .array:
      var elements: [LocatedNode] = []
      for element in json.elements { elements.append(try node(element, depth: depth + 1)) }
      return LocatedNode(.sequence(elements), at: place)
    default:
      let isText = json.kind == .string
      let run = LocatedText.Run(offset: 0, line: place.line, column: place.column + (isText ? 1 : 0))
      let text = LocatedText(json.value.text, at: place, runs: json.value.isEscaped ? [] : [run])
      return LocatedNode(.scalar(.init(text, style: isText ? .quoted : .plain)), at: place)
    }
  }

  /// Nodes come in the order of the file, so this goes on from the last one.
  private mutating func place(of json: JSONNode) -> SourcePlace {
    while walked.offset < min(json.offset, bytes.count) {
      let byte = bytes[walked.offset]
      if byte == 0x0A {
        walked.line += 1
        walked.column = 1
      } else if byte & 0xC0 != 0x80 {
        walked.column += 1
      }
      walked.offset += 1
    }
    return SourcePlace(file: file, line: walked.line, column: walked.column)
  }
}
