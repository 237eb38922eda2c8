internal import PluginKit

/// One route as written.
struct RouteOptions: PluginOptions {
  @Setting("What messages and the ledger call it.")
  var name: LocatedText?

  @Setting("A KQL condition on the alert. Without it the route takes every alert.")
  var when: LocatedText?

  @Setting("The output, or outputs, that it leads to.")
  var to: [LocatedText]

  @Setting("Whether an alert that it took goes on to the next route.")
  var `continue`: Bool = false

  init() {}
}
