internal import Gateway
internal import GatewayConfig
internal import PluginKit

/// The configured flow as nodes and edges, in an order that does not change.
struct FlowGraph {
  private(set) var nodes: [Node] = []
  private(set) var edges: [Edge] = []

  struct Node {
    enum Kind {
      case input, step, decision, output
    }

    let id: String
    let kind: Kind
    /// One element a line.
    var label: [String]
  }

  struct Edge {
    let from: String
    let to: String
    /// Empty for none.
    let label: String
  }

  /// The nodes that lead on to the next one, and what their edges say.
  private var heads: [String] = []
  private var headLabel = ""
  private var outputs: [String: String] = [:]

  /// - Parameter counts: of a run with this configuration, where there are some.
  init(_ configuration: GatewayConfiguration, counts: LedgerCounts? = nil) {
    let suppressed = addOutputs(configuration, counts)
    heads = addInputs(configuration)
    let read = counts.map { "\($0.read) read" } ?? ""
    headLabel = read
    if let counts, counts.deadLettered > 0 {
      nodes.append(Node(id: "unreadable", kind: .output, label: ["dead letters"]))
      connect(heads, to: "unreadable", "\(counts.deadLettered) unreadable")
    }
    if !configuration.detectors.isEmpty {
      nodes.append(Node(id: "detect", kind: .step, label: ["detect"] + configuration.detectors.map(\.name)))
      if let counts { headLabel = .counted(counts.events, "event") }
      lead(to: "detect")
      headLabel = read
    }
    // Detection rules may hold back their own alerts.
    let holders = configuration.enrichers.filter(\.canHold).count + (configuration.detectors.isEmpty ? 0 : 1)
    let held = counts.map { "\($0.suppressed) held back" }
    for (index, enricher) in configuration.enrichers.enumerated() {
      let id = "enricher\(index + 1)"
      nodes.append(Node(id: id, kind: .step, label: [enricher.name]))
      lead(to: id)
      guard enricher.canHold else { continue }
      edges.append(Edge(from: id, to: suppressed, label: holders == 1 ? held ?? "held back" : "held back"))
    }
    if holders != 1, let counts, counts.suppressed > 0, let held { note(held, at: suppressed) }
    addRoutes(configuration, counts)
  }

  private mutating func lead(to id: String) {
    connect(heads, to: id, headLabel)
    heads = [id]
    headLabel = ""
  }

  /// Leads from each of the nodes to another. What counts for all of them is said there, since it is true of none alone.
  private mutating func connect(_ sources: [String], to id: String, _ label: String) {
    for source in sources { edges.append(Edge(from: source, to: id, label: sources.count == 1 ? label : "")) }
    if sources.count > 1, !label.isEmpty { note(label, at: id) }
  }

  private mutating func note(_ line: String, at id: String) {
    guard let place = nodes.firstIndex(where: { $0.id == id }) else { return }
    nodes[place].label.append(line)
  }

  private mutating func addInputs(_ configuration: GatewayConfiguration) -> [String] {
    var ids: [String] = []
    for (index, input) in configuration.inputs.enumerated() {
      ids.append("input\(index + 1)")
      nodes.append(Node(id: ids[index], kind: .input, label: [input.name]))
    }
    guard ids.isEmpty else { return ids }
    nodes.append(Node(id: "input1", kind: .input, label: ["stdin"]))
    return ["input1"]
  }

  /// - Returns: the node that suppressed alerts go to.
  private mutating func addOutputs(_ configuration: GatewayConfiguration, _ counts: LedgerCounts?) -> String {
    for (index, output) in configuration.outputs.enumerated() {
      addOutput(output.name, output.pluginName, "output\(index + 1)", counts)
    }
    if let named = configuration.suppressedOutput, let id = outputs[named.name] { return id }
    addOutput(Assembly.suppressedName, "file", "suppressed", counts)
    return "suppressed"
  }

  private mutating func addOutput(_ name: String, _ plugin: String, _ id: String, _ counts: LedgerCounts?) {
    outputs[name] = id
    nodes.append(Node(id: id, kind: .output, label: [name, plugin] + (counts?.lines(of: name) ?? [])))
  }

  private mutating func addRoutes(_ configuration: GatewayConfiguration, _ counts: LedgerCounts?) {
    for (index, route) in configuration.routes.enumerated() {
      let id = "route\(index + 1)"
      nodes.append(Node(id: id, kind: .decision, label: [route.name] + (route.condition.map { [$0.source] } ?? [])))
      if index == 0 {
        lead(to: id)
      } else {
        let before = configuration.routes[index - 1]
        edges.append(Edge(from: "route\(index)", to: id, label: before.continues ? "go on" : "no"))
      }
      for output in route.outputs {
        guard let target = outputs[output.name] else { continue }
        edges.append(Edge(from: id, to: target, label: route.condition == nil ? "" : "yes"))
      }
      if route.condition == nil, !route.continues { return }
    }
    guard configuration.dropsUnrouted, !configuration.routes.isEmpty else { return }
    nodes.append(Node(id: "unrouted", kind: .output, label: ["dropped"]))
    let label = counts.map { "\($0.unrouted) unrouted" } ?? "no"
    edges.append(Edge(from: "route\(configuration.routes.count)", to: "unrouted", label: label))
  }
}

extension ConfiguredPlugin {
  fileprivate var canHold: Bool {
    guard case .enricher(let type) = type.kind else { return false }
    return type.canHold
  }
}
