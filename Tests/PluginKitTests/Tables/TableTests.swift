import Testing

@testable import PluginKit

@Suite("Reading tables")
struct TableTests {
  private func table(_ text: String, _ file: String = "accounts.csv") throws -> Table {
    try Table(bytes: Array(text.utf8), file: file)
  }

  private func rows(_ table: Table) -> [[String]] {
    (0..<table.rowCount).map { row in table.columns.indices.map { table.text(row: row, column: $0) } }
  }

  private func problems(_ text: String, _ file: String = "accounts.csv") -> String {
    do {
      _ = try table(text, file)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test(
    "CSV as people and spreadsheets write it is read right",
    arguments: [
      "id,name\n012345678901,dev\n2,prod\n", "id,name\n012345678901,dev\n2,prod",
      "id,name\r\n012345678901,dev\r\n2,prod\r\n",
      "\u{FEFF}id,name\n012345678901,dev\n2,prod\n",
      "# ours\n\nid , name\n  012345678901 ,\tdev  \n# more\n\n 2,prod # no\n"
        .replacing(" # no", with: ""), "id;name\n012345678901;dev\n2;prod\n", "id\tname\n012345678901\tdev\n2\tprod\n",
      "\"id\",\"name\"\n\"012345678901\", \"dev\" \n2,\"prod\"",
    ])
  func readsCSV(text: String) throws {
    let table = try table(text)
    #expect(table.columns == ["id", "name"])
    #expect(rows(table) == [["012345678901", "dev"], ["2", "prod"]])
  }

  @Test("quoted cells hold separators, quotes and line breaks, and lines are still counted right")
  func readsQuotedCells() throws {
    let table = try table("id,name\n1,\"a, \"\"b\"\"\nc\"\n2,\n")
    #expect(rows(table) == [["1", "a, \"b\"\nc"], ["2", ""]])
    #expect((0..<2).map { table.line(ofRow: $0) } == [2, 4])
  }

  @Test(
    "a mistake in CSV is named with its line",
    arguments: [
      ("", "accounts.csv: error: the table is empty; was it cut short while being written?"),
      ("# nothing\n", "accounts.csv: error: the table is empty; was it cut short while being written?"),
      ("id,name\n", "accounts.csv: error: the table has no rows; was it cut short while being written?"),
      (
        "id,name\n1,a\n2",
        "accounts.csv:3:1: error: this row has 1 cell, but the header has 2; was the file cut short while being written?"
      ),
      ("id,name\n1,a,b\n2,b\n", "accounts.csv:2:1: error: this row has 3 cells, but the header has 2"),
      ("id,name\n1,\"a\n2,b\n", "accounts.csv:2:1: error: a quote that opens here is not closed"),
      (
        "id,name\n1,\"a\"b\n",
        "accounts.csv:2:1: error: something follows the closing quote of a cell; a quote inside quotes is written twice"
      ),
      ("id,id\n1,2\n", "accounts.csv:1:1: error: the header names the column 'id' twice"),
      ("id,\n1,2\n", "accounts.csv:1:1: error: column 2 of the header has no name"),
    ])
  func namesMistakes(text: String, expected: String) { #expect(problems(text) == expected) }

  @Test("text that is not UTF-8 is refused where it stands")
  func refusesOtherEncodings() {
    #expect(
      throws: ConfigurationError(
        "the file is not UTF-8; save it as UTF-8", at: SourcePlace(file: "a.csv", line: 2, column: 4))
    ) {
      try Table(bytes: Array("id,name\n1,K".utf8) + [0xF6, 0x6C, 0x6E], file: "a.csv")
    }
    #expect(
      throws: ConfigurationError(
        "the file is UTF-16; save it as UTF-8", at: SourcePlace(file: "a.csv", line: 1, column: 1))
    ) {
      try Table(bytes: [0xFF, 0xFE, 0x69, 0], file: "a.csv")
    }
  }

  @Test(
    "JSON of every form gives the same table",
    arguments: [
      (#"[{"id":"012345678901","name":"dev"},{"id":"2","name":"prod"}]"#, "id", "name"),
      (#"{"012345678901":{"name":"dev"},"2":{"name":"prod"}}"#, "key", "name"),
      (#"{"012345678901":"dev","2":"prod"}"#, "key", "value"),
      (#"{"Accounts":[{"Id":"012345678901","Name":"dev"},{"Id":"2","Name":"prod"}],"NextToken":"x"}"#, "Id", "Name"),
    ])
  func readsJSON(text: String, key: String, name: String) throws {
    let table = try table(text, "accounts.json")
    #expect(table.columns == [key, name])
    #expect(rows(table) == [["012345678901", "dev"], ["2", "prod"]])
  }

  @Test("JSON keeps numbers and lists, flattens objects, and knows lines")
  func keepsJSONValues() throws {
    let table = try table(
      "[\n {\"id\":\"1\",\"tags\":[\"a\",\n\"b\"],\"n\":5,\"owner\":{\"team\":\"x\"},\"no\":null},\n {\"id\":\"2\"}]",
      "a.json")
    #expect(table.columns == ["id", "tags", "n", "owner.team"])
    #expect(rows(table) == [["1", "[\"a\",\"b\"]", "5", "x"], ["2", "", "", ""]])
    #expect(table.isJSON(row: 0, column: 1) && table.isJSON(row: 0, column: 2) && !table.isJSON(row: 0, column: 3))
    #expect((0..<2).map { table.line(ofRow: $0) } == [2, 4])
  }

  @Test("lists below keys are values, whether empty or not; an empty list alone is an empty table")
  func readsListsAsValues() throws {
    let json = #"{"1":["x"],"2":[]}"#
    #expect(rows(try table(json, "a.json")) == [["1", #"["x"]"#], ["2", "[]"]])
    #expect(rows(try YAMLTable.read(["1": ["x"], "2": []], file: "a.yaml")) == [["1", #"["x"]"#], ["2", "[]"]])
    let empty = #"{"Accounts":[]}"#
    #expect(problems(empty, "a.json") == "a.json: error: the table has no rows; was it cut short while being written?")
  }

  @Test(
    "a cell that another would take the place of is named",
    arguments: [
      (#"[{"id":1},"# + "\n" + #"{"id":1,"name":"a","name":"b"}]"#, 2, "name"),
      (#"[{"id":1,"a":{"b":1},"a.b":2}]"#, 1, "a.b"), (#"{"1":{"name":"a","key":"k"}}"#, 1, "key"),
    ])
  func namesRepeatedCells(text: String, line: Int, name: String) throws {
    let reason = "this row has '\(name)' twice; only one could be added, name the other otherwise"
    #expect(problems(text, "a.json") == "a.json:\(line):1: error: \(reason)")
  }

  @Test("a mistake in JSON is named with its line")
  func namesJSONMistakes() {
    #expect(
      problems("[{\"id\":\"1\"},\n {\"id\"", "a.json")
        == "a.json:2:7: error: this is not JSON: a colon is missing after a key at byte 19"
        || problems("[{\"id\":\"1\"},\n {\"id\"", "a.json").hasSuffix("was the file cut short while being written?"))
    #expect(
      problems("[{\"id\":\"1\"},\n5]", "a.json")
        == "a.json:2:1: error: expected an object, one for each row of the table")
    #expect(problems("[]", "a.json") == "a.json: error: the table has no rows; was it cut short while being written?")
    #expect(
      problems("5", "a.json") == "a.json:1:1: error: expected a list of objects or an object, but found one value")
  }

  @Test("YAML gives the same table, and text stays text")
  func readsYAML() throws {
    let list: LocatedNode = [["id": "012345678901", "name": "dev"], ["id": "2", "name": "no"]]
    #expect(rows(try YAMLTable.read(list, file: "a.yaml")) == [["012345678901", "dev"], ["2", "no"]])
    let mapping: LocatedNode = ["012345678901": ["name": "dev", "tags": ["x", ["mail": "y"]]], "2": ["name": "no"]]
    let table = try YAMLTable.read(mapping, file: "a.yaml")
    #expect(table.columns == ["key", "name", "tags"])
    #expect(rows(table) == [["012345678901", "dev", #"["x",{"mail":"y"}]"#], ["2", "no", ""]])
  }

  @Test("100,000 rows are read in a moment")
  func isFast() throws {
    var text = "account_id,name,owner\n"
    for row in 0..<100_000 { text += "\(100_000_000_000 + row),account number \(row),team-\(row % 50)@corp.example\n" }
    let bytes = Array(text.utf8)
    let start = ContinuousClock.now
    let table = try Table(bytes: bytes, file: "a.csv")
    print("100,000 rows of CSV:", ContinuousClock.now - start)
    #expect(table.rowCount == 100_000)
  }
}
