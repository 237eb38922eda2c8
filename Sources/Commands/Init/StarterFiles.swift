/// The files that `weir init` writes: by name in the folder, and what is in them.
struct StarterFiles {
  /// The format's name, and what it stands for.
  let format: String
  let title: String
  /// Nil for a detector of which no more is known than its format.
  let starter: Starter?

  var files: [(name: String, contents: String)] {
    var files = [("config.yaml", configuration), ("known-admins.yaml", allowlist)]
    if let starter {
      files += [("config.test.yaml", tests), ("sample-alert.json", starter.alert + "\n")]
    }
    return files
  }

  private static func header(_ schema: String) -> String { "# yaml-language-server: $schema=schema/\(schema).json\n" }

  private var configuration: String {
    let feed = starter?.feed ?? ["Alerts are read as they come, one JSON document after the other, in any layout."]
    let detect =
      format == "cloudtrail" ? "\n# detect:\n#   - elastic_rules: {rules: rules/*.toml}\n" : ""
    let sample =
      starter == nil
      ? ""
      : """

      #   weir test                       # does the sample alert end where it should?
      #   weir run sample-alert.json      # what happens with it
      """
    return Self.header("config") + """
      # Weir for \(title). Begin with:
      #   weir check                      # is this right?\(sample)
      #   weir explain ALERTS             # what happens to these alerts, and why
      \(feed.map { "#\n# \($0)" }.joined(separator: "\n").replacing("\n#\n# ", with: "\n# "))
      inputs:
        - stdin: {}
        # - file: {paths: ["\(starter?.file ?? "/var/log/alerts.ndjson")"], follow: true}
      \(detect)
      enrichers:
        # What known people are known to do. Nothing else is held back.
        - allowlist: {file: known-admins.yaml}
        # Names for account ids: a table with the columns account_id and name.
        # - account_name: {accounts: accounts.csv}

      outputs:
        # Used where the environment variable is set; `weir plugins` lists what else there is.
        soc: {only_with: SLACK_WEBHOOK_URL, slack: {webhook_url: "${SLACK_WEBHOOK_URL}"}}
        urgent: {file: {path: out/urgent.ndjson}}
        archive: {file: {path: out/archive.ndjson, rotate_size: 100MiB, keep: 30}}
        held_back: {file: {path: out/held-back.ndjson}}

      # In order; the first that fits is taken. The last one has no condition, so that no alert is lost.
      routes:
        - {name: urgent, when: "severity >= high", to: [soc, urgent, archive]}
        - {name: the rest, to: archive}

      # Every alert that is held back is kept, with the entry that did it. `weir report` reviews them.
      suppressed: {to: held_back}
      dead_letters: {path: out/dead-letters.ndjson}
      state: out/state

      """
  }

  private var allowlist: String {
    let head =
      Self.header("allowlist") + """
        # What is known, and why it is no alert. Each entry needs a reason, an owner and the day on which it ends; nothing above
        # its ceiling (medium) is held back. 'weir replay --against git:HEAD ALERTS' shows what a change of this file does.

        """
    guard let starter else {
      return head + """
        entries: []
        #  - name: the scanner logs in
        #    when: 'event.action: login and source.ip: 10.0.0.5'
        #    actors: [scanner]
        #    reason: Scans every night (TICKET-1)
        #    owner: platform@corp.example
        #    expires: 2027-12-31

        """
    }
    let actors = starter.actors.map { "\"\($0)\"" }.joined(separator: ", ")
    return head + """
      # This one is an example: it holds back sample-alert.json. Put your own in its place.
      - name: example
        when: '\(starter.when)'
      \(starter.actors.isEmpty ? "" : "  actors: [\(actors)]\n")  reason: What makes this no cause for alarm (TICKET-1)
        owner: team@corp.example
        expires: 2027-12-31
        ceiling: medium

      """
  }

  private var tests: String {
    Self.header("test") + """
      # What must become of alerts: `weir test`. Add an alert for each entry, and for what must never be held back.
      now: 2026-11-21

      tests:
        - name: the example entry holds back the sample alert
          file: sample-alert.json
          expect: {suppressed_by: example, delivered_to: [held_back], not_delivered_to: [archive, urgent]}

        - name: it ends with 2027
          file: sample-alert.json
          now: 2028-01-01
          expect: {suppressed: false, delivered_to: [archive]}

      """
  }
}
