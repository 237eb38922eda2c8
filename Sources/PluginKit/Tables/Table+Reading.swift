extension Table {
  /// Reads a table from a file: CSV, JSON or YAML, by the ending of its name (`.csv`, `.tsv`, `.json`, `.yaml`, `.yml`),
  /// else by what it begins with.
  ///
  /// - Throws: `ConfigurationError` with every problem, at its line; a table without rows is one.
  public init(contentsOf file: FilePath, _ files: any ConfigurationFiles) throws(ConfigurationError) {
    if file.path.hasSuffix(".yaml") || file.path.hasSuffix(".yml") {
      self = try YAMLTable.read(files.tree(of: file), file: file.text)
    } else {
      self = try Table(bytes: files.bytes(of: file), file: file.text)
    }
  }

  /// Reads a table from CSV or JSON text.
  ///
  /// - Parameter file: its name, for messages and to tell what it is.
  /// - Throws: `ConfigurationError` with every problem, at its line.
  public init(bytes: [UInt8], file: String) throws(ConfigurationError) {
    let result = bytes.withUnsafeBytes { bytes -> Result<Table, ConfigurationError> in
      do throws(ConfigurationError) {
        if let mistake = Self.encodingMistake(bytes, file: file) { throw mistake }
        return .success(
          try Self.isJSON(bytes, file: file) ? JSONTable.read(bytes, file: file) : CSVTable.read(bytes, file: file))
      } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  private static func isJSON(_ bytes: UnsafeRawBufferPointer, file: String) -> Bool {
    if file.hasSuffix(".json") { return true }
    if file.hasSuffix(".csv") || file.hasSuffix(".tsv") { return false }
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }

  private static func encodingMistake(_ bytes: UnsafeRawBufferPointer, file: String) -> ConfigurationError? {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return ConfigurationError("the file is UTF-16; save it as UTF-8", at: SourcePlace(file: file, line: 1, column: 1))
    }
    guard let offset = bytes.firstInvalidUTF8 else { return nil }
    var lines = LineCounter(bytes)
    let line = lines.line(at: offset)
    return ConfigurationError(
      "the file is not UTF-8; save it as UTF-8",
      at: SourcePlace(file: file, line: line, column: lines.column(at: offset)))
  }
}

extension UnsafeRawBufferPointer {
  /// Where the first byte stands that makes this no UTF-8; nil where it is.
  var firstInvalidUTF8: Int? {
    if UTF8Check.isASCII(self) { return nil }
    var decoder = UTF8()
    var iterator = CountingIterator(bytes: self)
    while true {
      let before = iterator.at
      switch decoder.decode(&iterator) {
      case .scalarValue: continue
      case .emptyInput: return nil
      case .error: return before
      }
    }
  }
}

private enum UTF8Check {
  static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var at = 0
    while at + 8 <= bytes.count {
      if bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return false }
      at += 8
    }
    return bytes[at...].allSatisfy { $0 < 0x80 }
  }
}

private struct CountingIterator: IteratorProtocol {
  let bytes: UnsafeRawBufferPointer
  var at = 0

  mutating func next() -> UInt8? {
    guard at < bytes.count else { return nil }
    defer { at += 1 }
    return bytes[at]
  }
}
