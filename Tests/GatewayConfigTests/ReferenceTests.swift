@testable internal import GatewayConfig
internal import Glibc
internal import PluginKit
internal import Testing

@Suite("References in values")
struct ReferenceTests {
  private func resolved(_ yaml: String, _ environment: [String: String] = [:]) throws -> (LocatedNode, [String]) {
    var resolver = ReferenceResolver(environment: environment, folder: "/nowhere")
    let node = resolver.resolve(try YAMLTree.read(Array(yaml.utf8), file: "c.yaml"))
    return (node, resolver.diagnostics.map(\.description))
  }

  @Test(
    "stand for what they name",
    arguments: [
      ("${A}", "one"), ("x${A}y${B}", "xoney"), ("${C:-two}", "two"), ("${B:-two}", "two"), ("${A:-two}", "one"),
      ("${C:-}", ""), ("$${A}", "${A}"), ("$A $ {A}", "$A $ {A}"), ("${D}", "${A}"), ("$$${A}", "$${A}"),
    ])
  func values(written: String, expected: String) throws {
    let environment = ["A": "one", "B": "", "D": "${A}"]
    let (node, problems) = try resolved("k: '\(written)'", environment)
    #expect(problems == [])
    #expect(node["k"]?.scalar?.text.text == expected)
  }

  @Test("are left alone in keys")
  func keys() throws {
    let (node, problems) = try resolved("'${A}': 1")
    #expect(node["${A}"] != nil)
    #expect(problems == [])
  }

  @Test(
    "that cannot be resolved are errors at their place",
    arguments: [
      (
        "k: x1️⃣${MISSING}",
        "the environment variable 'MISSING' is not set; set it, or write ${MISSING:-default}"
      ),
      ("k: 'a 1️⃣${A'", "'${' is not closed; write ${NAME}, or '$${' for the characters themselves"),
      (
        "k: \"1️⃣${1A}\"",
        "this reference is not well formed; write ${NAME}, ${NAME:-default} or ${file:/path}, or '$${' for the "
          + "characters themselves"
      ),
      ("k: 1️⃣${file:/nowhere/at/all}", "cannot read '/nowhere/at/all': No such file or directory"),
    ])
  func failures(marked: String, message: String) throws {
    let marked = MarkedText(marked)
    let place = try #require(marked.places["1️⃣"])
    let (_, problems) = try resolved(marked.text)
    #expect(problems == ["c.yaml:\(place): error: \(message)"])
  }

  @Test("give the contents of a file without its last line break, and warn where every user can read it")
  func files() throws {
    let path = "/tmp/weir-reference-\(getpid())"
    defer { unlink(path) }
    let descriptor = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
    _ = "hunter2\n".withCString { write(descriptor, $0, 8) }
    close(descriptor)
    let (node, problems) = try resolved("k: ${file:\(path)}")
    #expect(node["k"]?.scalar?.text.text == "hunter2")
    #expect(problems == [])
    chmod(path, 0o644)
    let (_, warnings) = try resolved("k: ${file:\(path)}")
    #expect(
      warnings
        == ["c.yaml:1:4: warning: every user can read '\(path)' (mode 0644); chmod 600 it if it holds a secret"])
  }

  @Test("keep the places of what stands around them")
  func places() throws {
    let (node, _) = try resolved("k: 'ab ${A} cd'", ["A": "a long value"])
    let text = try #require(node["k"]?.scalar?.text)
    #expect(text.text == "ab a long value cd")
    #expect(text.place(at: 1).column == 6)
    #expect(text.place(at: 9).column == 8)
    #expect(text.place(at: 16).column == 13)
  }

  @Test("are never printed, whatever is wrong with them")
  func redaction() throws {
    let marked = MarkedText(
      """
      outputs:
        soc: {web: {webhook_url: "${S}", batch: "${S}", style: "${S}", compress: "${S}", ca_file: "${S}", timeout: "${S}"}}
      routes:
        - {to: "${S}"}
        - {when: "${S}", to: soc}
      durability: "${S}"
      """)
    let loaded = try load(marked, environment: ["S": "hunter2 ( or"])
    let text = loaded.diagnostics.map(\.description).joined(separator: "\n")
    #expect(loaded.errors.count == 7)
    #expect(!text.contains("hunter2"))
    #expect(text.contains("config.yaml:2:43: error: the value from ${…} is not a whole number"))
    #expect(!"\(loaded.configuration.outputs)".contains("hunter2"))
  }

  @Test("that are not set are reported once, and not by what reads them as well")
  func reportedOnce() throws {
    let marked = MarkedText(
      "outputs: {soc: {web: {webhook_url: x, batch: \"1️⃣${N}\"}}}\nroutes: [{to: soc}]")
    let loaded = try load(marked)
    #expect(
      loaded.diagnostics.map(\.description) == [
        marked.located(
          "config.yaml:1️⃣: error: the environment variable 'N' is not set; set it, or write ${N:-default}")
      ])
  }
}
