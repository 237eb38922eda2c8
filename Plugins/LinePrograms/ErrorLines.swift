internal import Glibc

/// Reads what a program writes to its standard error, line by line, until it closes it.
enum ErrorLines {
  /// Of a longer line the rest is left out.
  private static let longest = 4096

  /// Closes the descriptor. Blocks until the program has closed its end.
  static func read(_ descriptor: Int32, _ body: ([UInt8]) -> Void) {
    defer { close(descriptor) }
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 8192)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      for byte in buffer[..<count] {
        if byte == UInt8(ascii: "\n") {
          if !line.isEmpty { body(line) }
          line.removeAll(keepingCapacity: true)
        } else if line.count < longest {
          line.append(byte)
        }
      }
    }
    if !line.isEmpty { body(line) }
  }
}
