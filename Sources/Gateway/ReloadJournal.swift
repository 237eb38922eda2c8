internal import AlertModel
internal import Glibc
internal import PluginKit

/// The record of reloads: a line of JSON each in `reloads.ndjson` in the state folder, for whoever wants to know when an
/// entry came or went.
///
/// A file of 8 MiB is renamed to `reloads.1.ndjson`, in the place of the one before.
public struct ReloadJournal: Sendable {
  /// The file's name in the state folder.
  public static let fileName = "reloads.ndjson"

  private static let limit = 8 << 20
  /// The most changes, and the most problems, that one record names.
  static let mostLines = 1000

  private let folder: String

  /// - Parameter folder: the state folder.
  public init(folder: String) {
    self.folder = folder
  }

  /// One reload.
  struct Record {
    /// Why: `SIGHUP`, `the configuration changed`, `files changed`.
    let cause: String
    /// The files that had changed, where that was the cause.
    let files: [String]
    let result: Result

    enum Result {
      /// Taken over, with what is different.
      case applied([String])
      /// Not taken over, with every reason.
      case refused([String])
    }

    func appendJSON(at time: Timestamp, to line: inout [UInt8]) {
      line += Array(#"{"@timestamp":""#.utf8)
      time.append(to: &line)
      line += Array(#"","cause":"#.utf8)
      JSONEscapes.appendQuoted(cause, to: &line)
      if !files.isEmpty { Self.append("files", files, to: &line) }
      switch result {
      case .applied(let changes):
        line += Array(#","result":"applied""#.utf8)
        Self.append("changes", changes, to: &line)
      case .refused(let problems):
        line += Array(#","result":"refused""#.utf8)
        Self.append("problems", problems, to: &line)
      }
      line += Array("}\n".utf8)
    }

    private static func append(_ name: String, _ texts: [String], to line: inout [UInt8]) {
      line += Array(",\"\(name)\":[".utf8)
      for (index, text) in texts.prefix(ReloadJournal.mostLines).enumerated() {
        if index > 0 { line.append(UInt8(ascii: ",")) }
        JSONEscapes.appendQuoted(text, to: &line)
      }
      if texts.count > ReloadJournal.mostLines {
        line += Array(#","and \#(texts.count - ReloadJournal.mostLines) more""#.utf8)
      }
      line.append(UInt8(ascii: "]"))
    }
  }

  /// Appends a record. Blocks while it writes.
  func append(_ record: Record, at time: Timestamp) throws(FileError) {
    let path = folder + "/" + Self.fileName
    var status = stat()
    if stat(path, &status) == 0, Int(status.st_size) >= Self.limit { rename(path, folder + "/reloads.1.ndjson") }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw FileError("cannot open", path, errno) }
    defer { close(descriptor) }
    var line: [UInt8] = []
    record.appendJSON(at: time, to: &line)
    guard write(descriptor, line, line.count) == line.count else { throw FileError("cannot write to", path, errno) }
  }
}
