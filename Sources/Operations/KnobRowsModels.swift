import Positions

// The rows of the models in which several nodes take writes.
extension KnobTable {
  private static let quorums: Set<ReplicationModel> = [.leaderless]

  static let versionRows: [KnobRow] = [
    KnobRow(
      name: "resolve", choices: ["lww", "crdt", "siblings", "custom *=siblings"],
      meaning: "how conflicts end; custom: PREFIX=RULE for keys that begin so, *=RULE for the rest",
      models: [.multiLeader, .leaderless], isFixed: true, value: { $0.resolution.text },
      read: { (reader) throws(ParseFailure) in .resolution(try reader.resolution()) }),
    KnobRow(
      name: "topology", choices: choices(Topology.self), meaning: "who streams to whom",
      models: [.multiLeader], isFixed: false, value: { $0.multiLeader.topology.rawValue },
      read: { (reader) throws(ParseFailure) in
        .topology(try choice(&reader, "topology", Topology.self))
      }),
  ]

  static let quorumRows: [KnobRow] = [
    KnobRow(
      name: "replication-factor", choices: ["1 to 100"], meaning: "N: replicas of a key",
      models: quorums, isFixed: true, value: { String($0.leaderless.replicationFactor) },
      read: { (reader) throws(ParseFailure) in
        .replicationFactor(try reader.integer("the number of replicas", 1...100))
      }),
    KnobRow(
      name: "read-quorum", choices: ["1 to 100"], meaning: "R: replicas that a read waits for",
      models: quorums, isFixed: false, value: { String($0.leaderless.readQuorum) },
      read: { (reader) throws(ParseFailure) in
        .readQuorum(try reader.integer("the number of replicas", 1...100))
      }),
    KnobRow(
      name: "write-quorum", choices: ["1 to 100"], meaning: "W: replicas that a write waits for",
      models: quorums, isFixed: false, value: { String($0.leaderless.writeQuorum) },
      read: { (reader) throws(ParseFailure) in
        .writeQuorum(try reader.integer("the number of replicas", 1...100))
      }),
    KnobRow(
      name: "sloppy", choices: ["on", "off"],
      meaning: "other nodes stand in for replicas that are down", models: quorums, isFixed: false,
      value: { $0.leaderless.sloppy ? "on" : "off" },
      read: { (reader) throws(ParseFailure) in .sloppy(try onOff(&reader)) }),
    KnobRow(
      name: "hints-count", choices: ["on", "off"],
      meaning: "a stand-in's copy counts towards W (Dynamo), or only helps later (Cassandra)",
      models: quorums, isFixed: false, value: { $0.leaderless.hintsCount ? "on" : "off" },
      read: { (reader) throws(ParseFailure) in .hintsCount(try onOff(&reader)) }),
    KnobRow(
      name: "hint-window", choices: ["10800s", "off"],
      meaning: "how long a write is kept for a replica that is down", models: quorums,
      isFixed: false, value: { $0.leaderless.hintWindow.map { TextForm.interval($0) } ?? "off" },
      read: { (reader) throws(ParseFailure) in
        if reader.takeWord("off") { return .hintWindow(nil) }
        return .hintWindow(
          try reader.interval(
            "the time", minimum: .milliseconds(1), maximum: .seconds(86_400 * 365)))
      }),
    KnobRow(
      name: "vnodes", choices: ["16"], meaning: "places on the ring for each node",
      models: quorums, isFixed: true, value: { String($0.leaderless.virtualNodes) },
      read: { (reader) throws(ParseFailure) in
        .virtualNodes(try reader.integer("the number of places", 1...1000))
      }),
  ]

  static let repairRows: [KnobRow] = [
    KnobRow(
      name: "read-repair", choices: choices(ReadRepair.self),
      meaning: "when a read mends replicas that are behind", models: quorums, isFixed: false,
      value: { $0.leaderless.readRepair.rawValue },
      read: { (reader) throws(ParseFailure) in
        .readRepair(try choice(&reader, "choice", ReadRepair.self))
      }),
    KnobRow(
      name: "anti-entropy", choices: ["10s", "off"],
      meaning: "time between a node's comparisons with others", models: quorums, isFixed: false,
      value: { $0.leaderless.antiEntropy.map { TextForm.interval($0) } ?? "off" },
      read: { (reader) throws(ParseFailure) in
        if reader.takeWord("off") { return .antiEntropy(nil) }
        return .antiEntropy(try reader.interval("the time", minimum: .milliseconds(10)))
      }),
    KnobRow(
      name: "anti-entropy-budget", choices: ["100"],
      meaning: "keys that one comparison sends at most", models: quorums, isFixed: false,
      value: { String($0.leaderless.antiEntropyBudget) },
      read: { (reader) throws(ParseFailure) in
        .antiEntropyBudget(try reader.integer("the number of keys", 1...1_000_000))
      }),
    KnobRow(
      name: "tombstones", choices: ["until-all", "grace 10s"],
      meaning: "how long what says that a key was deleted is kept", models: quorums,
      isFixed: false,
      value: {
        switch $0.leaderless.tombstones {
        case .untilAll: "until-all"
        case .grace(let time): "grace " + TextForm.interval(time)
        }
      },
      read: { (reader) throws(ParseFailure) in
        switch try reader.choice("choice", ["until-all", "grace"]) {
        case "grace":
          return .tombstones(
            .grace(
              try reader.interval(
                "the grace", minimum: .milliseconds(1), maximum: .seconds(86_400 * 30))))
        default: return .tombstones(.untilAll)
        }
      }),
  ]

  static let failureRows: [KnobRow] = [
    KnobRow(
      name: "gossip", choices: ["200ms"], meaning: "time between two rounds of gossip",
      models: quorums, isFixed: false, value: { TextForm.interval($0.leaderless.gossip) },
      read: { (reader) throws(ParseFailure) in
        .gossip(
          try reader.interval("the time", minimum: .milliseconds(10), maximum: .seconds(60)))
      }),
    KnobRow(
      name: "phi-threshold", choices: ["8"],
      meaning: "suspicion from which a node counts as down (phi accrual)", models: quorums,
      isFixed: false, value: { TextForm.number($0.leaderless.phiThreshold) },
      read: { (reader) throws(ParseFailure) in
        .phiThreshold(try reader.decimal("the threshold", 0.1...100))
      }),
    KnobRow(
      name: "write-timeout", choices: ["2s"], meaning: "how long a write waits for W copies",
      models: quorums, isFixed: false, value: { TextForm.interval($0.leaderless.writeTimeout) },
      read: { (reader) throws(ParseFailure) in
        .writeTimeout(
          try reader.interval("the time", minimum: .milliseconds(1), maximum: .seconds(600)))
      }),
    KnobRow(
      name: "read-timeout", choices: ["5s"], meaning: "how long a read waits for R answers",
      models: quorums, isFixed: false, value: { TextForm.interval($0.leaderless.readTimeout) },
      read: { (reader) throws(ParseFailure) in
        .readTimeout(
          try reader.interval("the time", minimum: .milliseconds(1), maximum: .seconds(600)))
      }),
  ]
}
