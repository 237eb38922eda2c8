// A libFuzzer target over everything that touches a detector's bytes: parsing, looking up, splicing.
// scripts/fuzz.sh builds it together with AlertModel into one module, with the address sanitizer.

/// Called by libFuzzer with arbitrary bytes. Stops the process where a promise is broken.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // A copy of exactly the document's size, so that the sanitizer sees a read of one byte too many.
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  bytes.withUnsafeBytes { fuzz($0) }
  return 0
}

private let vocabulary = Vocabulary([FieldTable(["user.name": "a.b", "event.id": .first(["x", "y.z"])])])
private let paths = ["a", "a.b", "a.b.c", "cloud.account.name", "weir.alert_id"].map(vocabulary.path)
private let record = vocabulary.path("weir.suppression")
private let entry = vocabulary.path("weir.suppression.entry")
// libFuzzer asks one question after the other, on one thread.
nonisolated(unsafe) private let index = DocumentIndex(vocabulary)

private func fuzz(_ bytes: UnsafeRawBufferPointer) {
  let parser = DocumentParser()
  let plain = try? parser.parse(bytes)
  // Remembers the keys of the document before.
  let remembering = try? index.parse(bytes)
  check((plain == nil) == (remembering == nil), "what is remembered decides what is JSON")
  guard let plain, let root = remembering else { return }
  check(root.source.count <= bytes.count, "a document is larger than its text")
  let document = index.document(root)
  for path in paths {
    check(path.first(in: document)?.offset == path.first(in: plain)?.offset, "the index finds another value")
    _ = path.first(in: root)?.value.text
  }
  guard root.kind == .object else { return }
  let alert = Alert(document, table: 0, severity: .low, vocabulary: vocabulary, arena: TextArena())
  _ = alert.text(vocabulary.field("user.name"))
  _ = alert.forEachField { name, value in name == value.text }
  var writer = AlertWriter()
  writer.begin()
  for path in paths { writer.add(AddedField(path, text: "\"\u{1}é")) }
  writer.add(record, existing: .givesWayWithAllBelow) { $0.append(contentsOf: "\"true\"".utf8) }
  var output: [UInt8] = []
  writer.write(document, to: &output)
  let again = DocumentParser()
  output.withUnsafeBytes { written in
    check(!written.contains(0x0A), "a line holds a line break")
    guard let spliced = try? again.parse(written) else { return check(false, "what was spliced is no JSON") }
    for path in paths {
      check(path.forEachNode(in: spliced) { _ in true }, "a field is missing: \(path.name)")
    }
    check(record.first(in: spliced)?.value.text == "true", "the record is missing")
    check(!record.forEachValue(in: spliced) { $0.value.text != "true" }, "there is another record")
    check(!entry.forEachValue(in: spliced) { $0.kind != .null }, "a record is forged in parts")
  }
}

private func check(_ holds: Bool, _ promise: String) {
  precondition(holds, promise)
}
