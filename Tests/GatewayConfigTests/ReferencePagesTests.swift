@testable internal import GatewayConfig
internal import PluginKit
internal import Testing

@Suite("Generated documentation")
struct ReferencePagesTests {
  @Test("has a page for each plugin and format, the schema and the whole")
  func paths() {
    #expect(
      ReferencePages(catalog: Sample.catalog).pages.map(\.path) == [
        "Documentation/Configuration.md", "Documentation/Reference/detectors/rules.md",
        "Documentation/Reference/enrichers/lookup.md", "Documentation/Reference/enrichers/names.md",
        "Documentation/Reference/formats/generic.md", "Documentation/Reference/inputs/stdin.md",
        "Documentation/Reference/outputs/file.md", "Documentation/Reference/outputs/web.md",
        "Documentation/weir.schema.json",
      ])
  }

  @Test("says of a plugin what its manual and its settings say")
  func page() {
    #expect(
      ReferencePages(catalog: Sample.catalog).page(for: NamesSample.self) == """
        <!-- Generated from the declarations in the source; do not edit. -->

        # The enricher `names`

        Adds names.

        From a table.

        ## Example

        ```yaml
        enrichers:
          - names: {accounts: accounts.csv}
        ```

        ## Settings

        | setting | takes | default | what it is |
        |---|---|---|---|
        | `accounts` | the name of a file | must be given | The table. |
        | `notes` | a mapping (each value: text) | `{}` | Notes on accounts. |
        | `entries` | a list (each: a mapping) | `[]` | Entries. |

        ### In `entries`

        | setting | takes | default | what it is |
        |---|---|---|---|
        | `account` | text | must be given | The account's id. |
        | `until` | a date, such as 2027-03-31 |  | Until when. |

        """)
  }

  @Test("gives an output that crosses a network its delivery settings with its own defaults")
  func delivery() {
    let page = ReferencePages(catalog: Sample.catalog).page(for: WebSample.self)
    #expect(page.contains("| `rate_limit` | a rate, such as 1/s, 100/m or 50/d | `1/s` | How many"))
    #expect(page.contains("| `max_age` | a duration, such as 500ms, 10s, 5m, 2h or 7d | `7d` | After"))
    #expect(page.contains("Which channel \\| room."))
  }

  @Test("has a schema in which every value that is not text may be a reference")
  func schema() throws {
    let schema = ConfigurationSchema(catalog: Sample.catalog).text
    let tree = try JSONTree.read(Array(schema.utf8), file: "schema.json")
    #expect(tree["$schema"]?.scalar?.text.text == "https://json-schema.org/draft/2020-12/schema")
    let web = tree["properties"]?["outputs"]?["additionalProperties"]?["properties"]?["web"]
    #expect(web?["required"]?.elements?.map { $0.scalar?.text.text } == ["webhook_url"])
    #expect(web?["additionalProperties"]?.scalar?.text.text == "false")
    #expect(web?["properties"]?["batch"]?["anyOf"]?.elements?.count == 2)
    #expect(web?["properties"]?["webhook_url"]?["writeOnly"]?.scalar?.text.text == "true")
    #expect(web?["properties"]?["timeout"]?["anyOf"]?.elements?[1]["$ref"]?.scalar?.text.text == "#/$defs/reference")
  }
}
