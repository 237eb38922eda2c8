import Formats
import Foundation
import PluginKit
import Testing

@Suite("The reference page of formats")
struct FormatReferenceTests {
  @Test("Documentation/Formats.md is what the formats say")
  func isFresh() throws {
    var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    while folder.path != "/", !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
      folder.deleteLastPathComponent()
    }
    let committed = try? String(contentsOf: folder.appending(path: "Documentation/Formats.md"), encoding: .utf8)
    let isFresh = committed == FormatReference.markdown(BundledFormats.all)
    #expect(isFresh, "Documentation/Formats.md is stale: run 'make docs' and commit it")
  }
}
