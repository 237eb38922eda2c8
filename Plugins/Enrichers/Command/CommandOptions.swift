public import PluginKit

/// Settings of the enricher `command`.
public struct CommandOptions: PluginOptions {
  @Setting("The program: a file that can be executed. No shell is involved, and `PATH` is not searched.")
  public var program: FilePath

  @Setting("What it is started with, word for word. Every user of the machine can see that; secrets belong elsewhere.")
  public var arguments: [String] = []

  @Setting(
    """
    What it finds in its environment, besides `PATH`, `HOME`, `USER`, `LANG`, `LC_ALL`, `LC_CTYPE`, `TZ` and `TMPDIR` of \
    Weir's own.
    """)
  public var environment: [String: Secret] = [:]

  @Setting("The fields that it may add, by name. What else it answers is not taken.")
  public var adds: [LocatedText]

  @Setting("How long it may take for the alerts of one batch, about 1 MiB of them at the most.")
  public var timeout: Duration = .seconds(5)

  public init() {}
}
