internal import Foundation

/// The alerts that steps are measured on: the lines of a file.
struct Corpus {
  let lines: [[UInt8]]

  init(path: String) throws {
    let bytes = try Data(contentsOf: URL(filePath: path))
    lines = bytes.split(separator: 0x0A).map { Array($0) }
  }
}
