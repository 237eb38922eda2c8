public import AlertModel
public import PluginKit

extension LookupEnricher: Linting {
  /// Fields added that say who it was: what enrichers add is found before what the detector wrote.
  public func lint(now: Timestamp) -> [Diagnostic] {
    guard let formats = context.formats else { return [] }
    let actors = Set(formats.formats.indices.flatMap { formats.actorFields(of: $0).map(\.name) })
    return options.add.keys.sorted().filter(actors.contains).map { name in
      Diagnostic(
        .warning,
        "adds '\(name)', which says who it was: an allowlist behind it asks about what the table says, not about the "
          + "alert's own; add it under another name, or look it up behind the allowlist",
        at: options.$add.place(of: name))
    }
  }
}
