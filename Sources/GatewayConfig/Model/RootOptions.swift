internal import PluginKit

/// The parts of a configuration, as written. Each is read on its own, so that a mistake in one hides none in another.
struct RootParts: PluginOptions {
  @Setting("Where alerts come from: a list of inputs. Files named on the command line take their place.")
  var inputs: LocatedNode?

  @Setting("Rules that turn raw events into alerts: a list of detectors.")
  var detect: LocatedNode?

  @Setting("What is added to alerts, and what holds them back: a list, in the order in which they work.")
  var enrichers: LocatedNode?

  @Setting("Where alerts go: outputs by the names that you give them.")
  var outputs: LocatedNode?

  @Setting("Which alerts go to which outputs: a list, in order; the first that fits is taken.")
  var routes: LocatedNode?

  @Setting("Field maps for JSON that Weir does not know, by name.")
  var formats: LocatedNode?

  init() {}
}

/// Where held back alerts go.
struct SuppressedOptions: PluginOptions {
  @Setting("The output that suppressed alerts go to. Without it they are kept in the state folder.")
  var suppressed: SuppressedTarget?

  init() {}
}

struct SuppressedTarget: PluginOptions {
  @Setting("The name of an output.") var to: LocatedText

  init() {}
}

/// Where dead letters are kept.
struct DeadLetterOptions: PluginOptions {
  @Setting("Where input that cannot be read and alerts that cannot be delivered are kept, with the reason.")
  var deadLetters: DeadLetterTarget?

  init() {}
}

struct DeadLetterTarget: PluginOptions {
  @Setting("A file of JSON lines; without it `dead-letters.ndjson` in the state folder.") var path: FilePath?

  @Setting("How long they are kept, in the outbox and in files that became too large and were renamed.")
  var keep: Duration = .seconds(30 * 24 * 3600)

  init() {}
}

struct UnroutedOptions: PluginOptions {
  @Setting(
    "`drop` says that alerts which no route takes are meant to be dropped. Without it a catch-all route is needed.")
  var unrouted: Unrouted?

  init() {}

  enum Unrouted: String, CaseIterable, SettingValue {
    case drop
  }
}

struct StateOptions: PluginOptions {
  @Setting("The folder for what must outlive the process; `weir-state`, or `$STATE_DIRECTORY` where systemd sets it.")
  var state: FilePath?

  init() {}
}

struct DurabilityOptions: PluginOptions {
  @Setting("What accepted alerts survive: the end of the `process`, or the loss of `power` too (slower).")
  var durability: Durability = .process

  init() {}
}

/// What holds for `weir silence`.
struct SilenceOptions: PluginOptions {
  @Setting("Silences: what `weir silence add` holds back for a short time.")
  var silences: SilenceLimits?

  init() {}
}

struct SilenceLimits: PluginOptions {
  @Setting("The longest time that a silence may last. One that would last longer is not obeyed.")
  var maxDuration: Duration = .seconds(86_400)

  @Setting(
    "The outputs that are told when a silence begins and ends. Without it, the routes decide, as for an alert of severity low."
  )
  var to: [LocatedText] = []

  init() {}
}

/// Everything at the top level, in the order of the reference.
enum RootOptions {
  static let types: [any PluginOptions.Type] = [
    RootParts.self, SuppressedOptions.self, DeadLetterOptions.self, UnroutedOptions.self, StateOptions.self,
    DurabilityOptions.self, SilenceOptions.self,
  ]
}
