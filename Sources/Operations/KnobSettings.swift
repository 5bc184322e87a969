import Positions

extension Knobs {
  /// Takes a setting in, whether or not the model has its knob.
  public mutating func apply(_ setting: KnobSetting) {
    switch setting {
    case .preset(let value):
      preset = value
      apply(.model(value.profile.model))
      for row in value.profile.rows { apply(row.setting) }
    case .model(let value): model = value
    case .nodes(let value): nodes = value
    case .sites(let value): sites = value
    case .seed(let value): seed = value
    case .segmentSize(let value): segmentSize = value
    case .checkpointSpacing(let value): checkpointSpacing = value
    case .acknowledgement(let value): acknowledgement = value
    case .waitFor(let value): waitFor = value
    case .syncPolicy(let value): syncPolicy = value
    case .degradeAfter(let value): degradeAfter = value
    case .apply(let value): apply = value
    case .failover(let value): failover = value
    case .promotionNeeds(let value): promotionNeeds = value
    case .checkQuorum(let value): checkQuorum = value
    case .fencing(let value): fencing = value
    case .heartbeat(let value): heartbeat = value
    case .electionTimeout(let value): electionTimeout = value
    case .redirects(let value): redirects = value
    case .readFrom(let value): readFrom = value
    case .guarantee(let value): guarantee = value
    case .capacity(let value): capacity = value
    case .resolution(let value): resolution = value
    case .topology(let value): multiLeader.topology = value
    case .replicationFactor(let value): leaderless.replicationFactor = value
    case .readQuorum(let value): leaderless.readQuorum = value
    case .writeQuorum(let value): leaderless.writeQuorum = value
    case .sloppy(let value): leaderless.sloppy = value
    case .hintsCount(let value): leaderless.hintsCount = value
    case .hintWindow(let value): leaderless.hintWindow = value
    case .readRepair(let value): leaderless.readRepair = value
    case .antiEntropy(let value): leaderless.antiEntropy = value
    case .antiEntropyBudget(let value): leaderless.antiEntropyBudget = value
    case .tombstones(let value): leaderless.tombstones = value
    case .gossip(let value): leaderless.gossip = value
    case .phiThreshold(let value): leaderless.phiThreshold = value
    case .virtualNodes(let value): leaderless.virtualNodes = value
    case .writeTimeout(let value): leaderless.writeTimeout = value
    case .readTimeout(let value): leaderless.readTimeout = value
    }
  }
}

extension KnobSetting {
  /// Whether it can be set at the start only.
  public var isFixed: Bool { KnobTable.row(name)?.isFixed ?? false }

  /// Whether it is a whole system's settings.
  public var isPreset: Bool { if case .preset = self { true } else { false } }

  /// The nodes that the value names.
  public var nodes: [NodeID] {
    switch self {
    case .acknowledgement(.first(_, let list)), .acknowledgement(.any(_, let list)): list
    case .readFrom(.node(let node)): [node]
    default: []
    }
  }

  /// The knob's name.
  public var name: String {
    switch self {
    case .preset: "preset"
    case .model: "model"
    case .nodes: "nodes"
    case .sites: "sites"
    case .seed: "seed"
    case .segmentSize: "segment-size"
    case .checkpointSpacing: "checkpoint-every"
    case .acknowledgement: "ack"
    case .waitFor: "wait-for"
    case .syncPolicy: "sync-policy"
    case .degradeAfter: "degrade-after"
    case .apply: "apply"
    case .failover: "failover"
    case .promotionNeeds: "promotion-needs"
    case .checkQuorum: "check-quorum"
    case .fencing: "fencing"
    case .heartbeat: "heartbeat"
    case .electionTimeout: "election-timeout"
    case .redirects: "redirects"
    case .readFrom: "read-from"
    case .guarantee: "guarantee"
    case .capacity: "capacity"
    case .resolution: "resolve"
    case .topology: "topology"
    case .replicationFactor: "replication-factor"
    case .readQuorum: "read-quorum"
    case .writeQuorum: "write-quorum"
    case .sloppy: "sloppy"
    case .hintsCount: "hints-count"
    case .hintWindow: "hint-window"
    case .readRepair: "read-repair"
    case .antiEntropy: "anti-entropy"
    case .antiEntropyBudget: "anti-entropy-budget"
    case .tombstones: "tombstones"
    case .gossip: "gossip"
    case .phiThreshold: "phi-threshold"
    case .virtualNodes: "vnodes"
    case .writeTimeout: "write-timeout"
    case .readTimeout: "read-timeout"
    }
  }

  /// The setting as a command: `ack semi-sync 1`.
  public var text: String { name + " " + value }

  /// The value as text.
  public var value: String {
    var knobs = Knobs()
    knobs.apply(self)
    return KnobTable.row(name)?.value(knobs) ?? ""
  }
}
