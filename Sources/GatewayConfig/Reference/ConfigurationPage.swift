internal import PluginKit

/// `Documentation/Configuration.md`: the whole configuration but for the plugins' own settings.
struct ConfigurationPage {
  let pages: ReferencePages

  var markdown: String {
    ReferencePages.notice + Self.introduction + section("The top level", topLevel) + section("Values", Self.values)
      + section("References and secrets", Self.references) + section("Plugins", plugins)
      + section("Outputs", outputs) + section("Routes", routes) + section("Formats of your own", formats)
      + section("What of YAML is used", Self.yaml)
  }

  private func section(_ title: String, _ text: String) -> String { "\n## \(title)\n\n\(text)" }

  private static let introduction = """
    # Configuration

    One YAML file, `config.yaml` where nothing else is said. `weir check` says what is wrong with it, all of it at once,
    with file, line and column. `weir.schema.json`, beside this page, tells editors what may stand where.

    """

  private var topLevel: String {
    SettingsTable.markdown(RootOptions.types.flatMap { $0.settings }.map(\.flat))
      + "\nNames that begin with `x-` are left alone: places for anchors.\n"
      + "\n### In `suppressed`\n\n" + SettingsTable.markdown(SuppressedTarget.settings)
      + "\n### In `dead_letters`\n\n" + SettingsTable.markdown(DeadLetterTarget.settings)
  }

  private static let values = """
    A value takes the type that its setting asks for: `012345678901` is text where text is asked for, and `no` is a word.
    Where a list is asked for, one value stands for a list of one. Relative file names start from the folder of the file
    that they are written in.

    | type | written |
    |---|---|
    | duration | `500ms`, `10s`, `5m`, `2h`, `7d`; several together: `1h30m` |
    | size | bytes, or with a unit: `64KiB`, `10MiB` (of 1024), `10MB` (of 1000); `64k` is `64KiB` |
    | rate | `1/s`, `100/m`, `50/d`; `5/10s` is 5 in 10 seconds |
    | date | `2027-03-31`, the whole day in UTC; or a moment, `2027-03-31T12:00:00Z` |
    | condition | [KQL](KQL.md), best in single quotes: `'event.action: CreateTrail and severity >= high'` |

    """

  private static let references = """
    In values, never in keys, and only in the configuration itself, not in files that it names:

    | written | stands for |
    |---|---|
    | `${NAME}` | the environment variable; an error where it is not set |
    | `${NAME:-default}` | the same, or the text behind `:-` where it is not set or empty |
    | `${file:/run/secrets/x}` | the contents of the file, without the line break at its end; at most 1 MiB |
    | `$${` | the characters `${` themselves |

    What a reference gave is never printed. Between braces or brackets YAML needs quotes around it:
    `{webhook_url: "${SLACK_WEBHOOK_URL}"}`. `weir check` warns of secret files that every user of the machine can read,
    and of secrets that are written out in a configuration file that every user can read.

    """

  private var plugins: String {
    var text = "An entry of `inputs`, `detect` and `enrichers` is a mapping with one name: `- stdin: {}`.\n"
    for kind in pages.kinds where !kind.types.isEmpty {
      text += "\n| \(kind.name) | |\n|---|---|\n"
      for type in kind.types {
        let name = type.manual.name
        text += "| [`\(name)`](Reference/\(kind.folder)/\(name).md) | \(SettingsTable.cell(type.manual.summary)) |\n"
      }
    }
    if !pages.formats.isEmpty {
      text += "\n| format | |\n|---|---|\n"
      for format in pages.formats {
        text += "| [`\(format.name)`](Reference/formats/\(format.name).md) | \(SettingsTable.cell(format.title)) |\n"
      }
    }
    return text
  }

  private var outputs: String {
    "An output has a name of your own: `soc: {slack: {…}}`. Beside the plugin's name there can stand:\n\n"
      + SettingsTable.markdown(OutputEntryOptions.settings)
      + "\nEvery output that crosses a network has these settings beside its own. The defaults are an output's unless its"
      + " page gives others.\n\n" + SettingsTable.markdown(ReferencePages.deliverySettings(DeliveryDefaults()))
  }

  private var routes: String {
    "Routes are asked in order; the first whose condition holds takes the alert. A route without `when` takes every alert;"
      + " there must be one, unless `unrouted: drop` says otherwise.\n\n"
      + SettingsTable.markdown(RouteOptions.settings)
  }

  private var formats: String {
    Self.formatExample + SettingsTable.markdown(FormatOptions.settings) + "\n### In `severity`\n\n"
      + SettingsTable.markdown(SeverityMap.settings)
  }

  private static let formatExample = """
    A format says which documents are its own, where the ECS fields stand in them, and how severe they are. Formats of
    your own are asked before those that Weir brings along.

    ```yaml
    formats:
      acme_edr:
        title: Acme EDR
        recognise: {has: [detection.uid], equals: {product: acme-edr}}
        id: detection.uid
        severity:
          field: detection.level
          words: {info: informational, warn: medium, crit: critical}
          otherwise: low
        fields:
          "@timestamp": detection.time
          rule.name: detection.title
          user.name: [actor.name, actor.login]
          host.name: device.host
        constants: {event.provider: acme}
        actors: [user.name]
    ```


    """

  private static let yaml = """
    YAML 1.1 as libyaml reads it: one document of at most 4 MiB, nested at most 64 deep, in UTF-8. Keys are text, and none
    comes twice. Anchors and aliases work, at most 1000 aliases that stand for at most 100,000 values. The merge key `<<`
    takes a mapping or a list of mappings: their entries count where the mapping has none of that name, and of several
    mappings the first counts. Tags are refused, save `!!str`. Files that settings name are read by the same rules, up to
    256 MiB; those whose names end in `.json` are read as JSON.

    """
}

extension SettingDeclaration {
  /// The same without what is nested.
  fileprivate var flat: SettingDeclaration {
    SettingDeclaration(
      name: name, summary: summary, typeName: Self.sections[name] ?? (nested.isEmpty ? typeName : "a mapping"),
      schema: schema,
      mustBeGiven: mustBeGiven, defaultValue: defaultValue, nested: [])
  }

  /// What the parts of a configuration take, which are read by hand.
  private static let sections = [
    "inputs": "a list of inputs", "detect": "a list of detectors", "enrichers": "a list of enrichers",
    "outputs": "a mapping of names to outputs", "routes": "a list of routes",
    "formats": "a mapping of names to formats",
    "state": "the name of a folder",
  ]
}
