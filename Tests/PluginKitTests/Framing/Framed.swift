import PluginKit

/// What a framer handed out, as text.
struct Framed: Equatable {
  struct Place: Equatable {
    let line: Int
    let offset: Int64
  }

  var documents: [String] = []
  var places: [Place] = []
  var unreadable: [UnreadableInput] = []

  mutating func take(_ output: FramedBytes) {
    for frame in output.frames {
      documents.append(String(decoding: output.bytes[frame.start..<frame.start + frame.count], as: UTF8.self))
      places.append(Place(line: frame.line, offset: frame.offset))
    }
    unreadable += output.unreadable
  }

  /// The documents with lines that hold several taken apart.
  var flattened: [String] {
    documents.flatMap { document -> [String] in
      let bytes = Array(document.utf8)
      return bytes.withUnsafeBytes { DocumentFramer.documents(in: $0) }.map {
        String(decoding: bytes[$0], as: UTF8.self)
      }
    }
  }
}

/// Frames `bytes` as a source that yields at most `readSize` of them at once.
func frame(bytes: [UInt8], readSize: Int, limit: Int = DocumentFramer.defaultLimit) -> Framed {
  var framer = DocumentFramer(limit: limit, readSize: readSize)
  var result = Framed()
  var at = 0
  while framer.fill({ room in
    let count = min(room.count, readSize, bytes.count - at)
    room.copyBytes(from: bytes[at..<at + count])
    at += count
    return count
  }) > 0 {
    result.take(framer.take())
  }
  result.take(framer.take(isFinal: true))
  return result
}

func frame(_ text: String, readSize: Int, limit: Int = DocumentFramer.defaultLimit) -> Framed {
  frame(bytes: Array(text.utf8), readSize: readSize, limit: limit)
}
