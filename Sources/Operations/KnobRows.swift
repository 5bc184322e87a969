import Positions

// The rows of all models, and of those with a single leader.
extension KnobTable {
  static let startRows: [KnobRow] = [
    KnobRow(
      name: "preset", choices: choices(Preset.self),
      meaning: "a real system's settings and names; what else is set stands over them",
      isFixed: true, value: { $0.preset?.rawValue ?? "none" },
      read: { (reader) throws(ParseFailure) in
        .preset(try choice(&reader, "preset", Preset.self))
      }),
    KnobRow(
      name: "model", choices: choices(ReplicationModel.self), meaning: "who takes writes",
      isFixed: true, value: { $0.model.rawValue },
      read: { (reader) throws(ParseFailure) in
        .model(try choice(&reader, "model", ReplicationModel.self))
      }),
    KnobRow(
      name: "nodes", choices: ["1 to 100"], meaning: "nodes at the start", isFixed: true,
      value: { String($0.nodes) },
      read: { (reader) throws(ParseFailure) in
        .nodes(try reader.integer("the number of nodes", 1...100))
      }),
    KnobRow(
      name: "sites", choices: ["1 to 10"], meaning: "data centres, 40 ms apart", isFixed: true,
      value: { String($0.sites) },
      read: { (reader) throws(ParseFailure) in
        .sites(try reader.integer("the number of sites", 1...10))
      }),
    KnobRow(
      name: "seed", choices: ["a number"], meaning: "the simulated world's seed", isFixed: true,
      value: { $0.seed.map(String.init) ?? "none" },
      read: { (reader) throws(ParseFailure) in
        .seed(UInt64(try reader.integer("the seed", 0...Int.max)))
      }),
    KnobRow(
      name: "segment-size", choices: ["16MiB"], meaning: "bytes of a file of the log",
      isFixed: true, value: { $0.segmentSize.map { TextForm.size($0) } ?? "default" },
      read: { (reader) throws(ParseFailure) in
        .segmentSize(try reader.size("the segment size", 64 << 10...1 << 30))
      }),
    KnobRow(
      name: "checkpoint-every", choices: ["32MiB"], meaning: "bytes of log between checkpoints",
      isFixed: true, value: { $0.checkpointSpacing.map { TextForm.size($0) } ?? "default" },
      read: { (reader) throws(ParseFailure) in
        .checkpointSpacing(try reader.size("the log between checkpoints", 16 << 10...1 << 40))
      }),
  ]

  private static let ackWords = ["async", "first", "any", "semi-sync", "sync", "majority"]

  private static func readAck(_ reader: inout Reader) throws(ParseFailure) -> KnobSetting {
    switch try reader.choice("policy", ackWords) {
    case "async": return .acknowledgement(.asynchronous)
    case "first":
      let count = try reader.integer("the number of followers", 1...99)
      return .acknowledgement(.first(count, try reader.nodeList()))
    case "any", "semi-sync":
      let count = try reader.integer("the number of followers", 1...99)
      return .acknowledgement(.any(count, try reader.nodeList()))
    case "sync": return .acknowledgement(.synchronous)
    default: return .acknowledgement(.majority)
    }
  }

  static func text(_ policy: AcknowledgementPolicy) -> String {
    switch policy {
    case .asynchronous: "async"
    case .first(let count, let nodes): "first \(count)" + TextForm.nodes(nodes)
    case .any(let count, let nodes):
      nodes.isEmpty ? "semi-sync \(count)" : "any \(count)" + TextForm.nodes(nodes)
    case .synchronous: "sync"
    case .majority: "majority"
    }
  }

  static let policyRows: [KnobRow] = [
    KnobRow(
      name: "ack",
      choices: ["async", "first 1", "any 1", "semi-sync 1", "sync", "majority"],
      meaning: "when a write is acknowledged", models: [.singleLeader], isFixed: false,
      value: { text($0.acknowledgement) }, read: readAck),
    KnobRow(
      name: "wait-for", choices: choices(WaitFor.self),
      meaning: "how durable a follower must hold it", models: [.singleLeader], isFixed: false,
      value: { $0.waitFor.rawValue },
      read: { (reader) throws(ParseFailure) in
        .waitFor(try choice(&reader, "choice", WaitFor.self))
      }),
    KnobRow(
      name: "sync-policy", choices: ["every batch", "every 1s"],
      meaning: "when disks are synced; by time: acknowledges before fsync", isFixed: false,
      value: {
        switch $0.syncPolicy {
        case .everyBatch: "every batch"
        case .every(let time): "every " + TextForm.interval(time)
        }
      },
      read: { (reader) throws(ParseFailure) in
        _ = try reader.choice("choice", ["every"])
        if reader.takeWord("batch") { return .syncPolicy(.everyBatch) }
        return .syncPolicy(
          .every(
            try reader.interval(
              "the time between syncs", minimum: .milliseconds(1), maximum: .seconds(600))))
      }),
    KnobRow(
      name: "degrade-after", choices: ["never", "10s"],
      meaning: "wait so long for followers, then acknowledge alone", models: [.singleLeader],
      isFixed: false,
      value: { $0.degradeAfter.map { TextForm.interval($0) } ?? "never" },
      read: { (reader) throws(ParseFailure) in
        if reader.takeWord("never") { return .degradeAfter(nil) }
        return .degradeAfter(try reader.interval("the time", minimum: .milliseconds(1)))
      }),
    KnobRow(
      name: "apply", choices: choices(ApplyPolicy.self),
      meaning: "when a record shows in a node's state", models: [.singleLeader], isFixed: false,
      value: { $0.apply.rawValue },
      read: { (reader) throws(ParseFailure) in
        .apply(try choice(&reader, "choice", ApplyPolicy.self))
      }),
  ]

  static let failoverRows: [KnobRow] = [
    KnobRow(
      name: "failover", choices: choices(FailoverMode.self), meaning: "who starts a failover",
      models: [.singleLeader], isFixed: false, value: { $0.failover.rawValue },
      read: { (reader) throws(ParseFailure) in
        .failover(try choice(&reader, "choice", FailoverMode.self))
      }),
    KnobRow(
      name: "promotion-needs", choices: choices(PromotionRequirement.self),
      meaning: "what a promotion needs", models: [.singleLeader], isFixed: false,
      value: { $0.promotionNeeds.rawValue },
      read: { (reader) throws(ParseFailure) in
        .promotionNeeds(try choice(&reader, "choice", PromotionRequirement.self))
      }),
    KnobRow(
      name: "check-quorum", choices: ["on", "off"],
      meaning: "a leader without a majority steps down", models: [.singleLeader], isFixed: false,
      value: { $0.checkQuorum ? "on" : "off" },
      read: { (reader) throws(ParseFailure) in .checkQuorum(try onOff(&reader)) }),
    KnobRow(
      name: "fencing", choices: ["on", "off"], meaning: "lower terms are refused",
      models: [.singleLeader], isFixed: false,
      value: { $0.fencing ? "on" : "off" },
      read: { (reader) throws(ParseFailure) in .fencing(try onOff(&reader)) }),
    KnobRow(
      name: "heartbeat", choices: ["100ms"], meaning: "time between heartbeats",
      models: [.singleLeader, .multiLeader], isFixed: false,
      value: { TextForm.interval($0.heartbeat) },
      read: { (reader) throws(ParseFailure) in
        .heartbeat(
          try reader.interval(
            "the heartbeat", minimum: .milliseconds(1), maximum: .seconds(60)))
      }),
    KnobRow(
      name: "election-timeout", choices: ["1s"],
      meaning: "silence after which a follower campaigns", models: [.singleLeader], isFixed: false,
      value: { TextForm.interval($0.electionTimeout) },
      read: { (reader) throws(ParseFailure) in
        .electionTimeout(
          try reader.interval(
            "the election time-out", minimum: .milliseconds(10), maximum: .seconds(600)))
      }),
  ]

  static let clientRows: [KnobRow] = [
    KnobRow(
      name: "redirects", choices: choices(RedirectMode.self),
      meaning: "what clients do when another node leads", isFixed: false,
      value: { $0.redirects.rawValue },
      read: { (reader) throws(ParseFailure) in
        .redirects(try choice(&reader, "choice", RedirectMode.self))
      }),
    KnobRow(
      name: "read-from", choices: ["leader", "any", "nearest", "n2"],
      meaning: "where reads go; leader: the key's or the client's own node, where there is none",
      isFixed: false,
      value: {
        switch $0.readFrom {
        case .leader: "leader"
        case .any: "any"
        case .nearest: "nearest"
        case .node(let node): node.description
        }
      },
      read: { (reader) throws(ParseFailure) in
        switch reader.peekWord() {
        case "leader", "any", "nearest":
          let word = try reader.word("a node")
          return .readFrom(word == "leader" ? .leader : word == "any" ? .any : .nearest)
        case let word?:
          guard NodeID(word) != nil else {
            throw reader.failure(
              "\(word) is no place to read from (leader, any, nearest, n1, n2, …)",
              nearest: Nearest.match(word, in: ["leader", "any", "nearest"]))
          }
          return .readFrom(.node(try reader.nodeNumber()))
        case nil: throw reader.failure("a place to read from is missing")
        }
      }),
    KnobRow(
      name: "guarantee", choices: choices(ReadGuarantee.self), meaning: "what reads promise",
      isFixed: false, value: { $0.guarantee.rawValue },
      read: { (reader) throws(ParseFailure) in
        .guarantee(try choice(&reader, "guarantee", ReadGuarantee.self))
      }),
    KnobRow(
      name: "capacity", choices: ["unlimited", "1000/s"],
      meaning: "operations a second that a node can serve", isFixed: false,
      value: { $0.capacity.map { TextForm.number($0) + "/s" } ?? "unlimited" },
      read: { (reader) throws(ParseFailure) in
        if reader.takeWord("unlimited") { return .capacity(nil) }
        let rate = try reader.rate("the capacity")
        guard rate > 0 else { throw reader.failure("the capacity is above 0, or unlimited") }
        return .capacity(rate == .infinity ? nil : rate)
      }),
  ]
}
