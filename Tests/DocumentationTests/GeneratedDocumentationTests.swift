internal import BundledPlugins
@testable internal import Commands
internal import Formats
internal import Foundation
@testable internal import GatewayConfig
internal import PluginKit
internal import Testing

/// The pages that are made from declarations in the source.
///
/// With the environment variable `WEIR_UPDATE_DOCUMENTATION=1` (`make docs`) they are written instead of compared.
@Suite("Generated documentation")
struct GeneratedDocumentationTests {
  // Paths, since whole pages would bury a test's report.
  @Test("is what the source declares", arguments: Self.pages.map(\.path))
  func isFresh(_ path: String) throws {
    let page = try #require(Self.pages.first { $0.path == path })
    let file = Self.repository.appending(path: page.path)
    if Self.isWriting {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(page.contents.utf8).write(to: file)
    }
    let committed = try? String(contentsOf: file, encoding: .utf8)
    // A Boolean, since two pages side by side say less than the name of the one.
    let isFresh = committed == page.contents
    #expect(isFresh, "\(page.path) is stale: run 'make docs' and commit it")
  }

  @Test("has no page of a plugin or format that is gone")
  func hasNoOrphans() throws {
    let reference = "Documentation/Reference"
    let found = try FileManager.default.subpathsOfDirectory(atPath: Self.repository.appending(path: reference).path)
    let orphans = Set(found.filter { $0.hasSuffix(".md") }.map { "\(reference)/\($0)" })
      .subtracting(Self.pages.map(\.path))
    if Self.isWriting {
      for orphan in orphans { try FileManager.default.removeItem(at: Self.repository.appending(path: orphan)) }
    } else {
      #expect(orphans.sorted() == [], "these pages have no plugin or format: run 'make docs' and commit that")
    }
  }

  private static let isWriting = ProcessInfo.processInfo.environment["WEIR_UPDATE_DOCUMENTATION"] == "1"

  private static let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static let pages =
    ReferencePages(catalog: BundledPlugins.catalog).pages + [
      ReferencePages.Page(path: "Documentation/Formats.md", contents: FormatReference.markdown(BundledFormats.all)),
      ReferencePages.Page(
        path: "Documentation/test.schema.json", contents: ConfigurationSchema.text(of: TestFile.fileSchema)),
    ]
}
