import Positions

/// One row of the one table of knobs: flags, `cluster` lines, commands, completion and help come of it.
public struct KnobRow: Sendable {
  /// Flag, script key and command.
  public let name: String
  /// The values that can be chosen, or what they look like.
  public let choices: [String]
  /// What it means, one line.
  public let meaning: String
  /// Whether it can be set at the start only.
  public let isFixed: Bool
  /// The present value as text.
  public let value: @Sendable (Knobs) -> String
  let read: @Sendable (inout Reader) throws(ParseFailure) -> KnobSetting
}

/// The knobs.
public enum KnobTable {
  /// The table, in the order of help.
  public static let rows: [KnobRow] = startRows + policyRows + failoverRows + clientRows

  /// The row of a name.
  public static func row(_ name: String) -> KnobRow? { rows.first { $0.name == name } }

  /// Reads `value` as knob `name`'s.
  public static func parse(name: String, value: String) throws(ParseFailure) -> KnobSetting {
    var reader = Reader(value)
    return try parse(name: name, from: &reader, at: 0)
  }

  static func parse(
    name: String, from reader: inout Reader, at column: Int
  ) throws(ParseFailure) -> KnobSetting {
    if name == "model" { return try readModel(&reader) }
    guard let row = row(name) else {
      throw reader.failure(
        "\(name) is no knob", at: column, nearest: Nearest.match(name, in: rows.map(\.name)))
    }
    do {
      let setting = try row.read(&reader)
      try reader.expectEnd()
      return setting
    } catch {
      var error = error
      error.message = "\(name): \(error.message)"
      throw error
    }
  }

  /// There is one model so far, and it is always right to name it.
  private static func readModel(_ reader: inout Reader) throws(ParseFailure) -> KnobSetting {
    _ = try reader.choice("model", ["single-leader"])
    try reader.expectEnd()
    return .model
  }

  private static func choices<Value: RawRepresentable & CaseIterable & Sendable>(
    _ type: Value.Type
  ) -> [String] where Value.RawValue == String { Value.allCases.map(\.rawValue) }

  private static func choice<Value: RawRepresentable & CaseIterable & Sendable>(
    _ reader: inout Reader, _ what: String, _ type: Value.Type
  ) throws(ParseFailure) -> Value where Value.RawValue == String {
    let word = try reader.choice(what, choices(type))
    guard let value = Value(rawValue: word) else { throw reader.failure("\(word) is no \(what)") }
    return value
  }

  private static func onOff(_ reader: inout Reader) throws(ParseFailure) -> Bool {
    try reader.choice("choice", ["on", "off"]) == "on"
  }

  // MARK: Rows

  private static let startRows: [KnobRow] = [
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

  private static let policyRows: [KnobRow] = [
    KnobRow(
      name: "ack",
      choices: ["async", "first 1", "any 1", "semi-sync 1", "sync", "majority"],
      meaning: "when a write is acknowledged", isFixed: false,
      value: { text($0.acknowledgement) }, read: readAck),
    KnobRow(
      name: "wait-for", choices: choices(WaitFor.self),
      meaning: "how durable a follower must hold it", isFixed: false,
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
      meaning: "wait so long for followers, then acknowledge alone", isFixed: false,
      value: { $0.degradeAfter.map { TextForm.interval($0) } ?? "never" },
      read: { (reader) throws(ParseFailure) in
        if reader.takeWord("never") { return .degradeAfter(nil) }
        return .degradeAfter(try reader.interval("the time", minimum: .milliseconds(1)))
      }),
    KnobRow(
      name: "apply", choices: choices(ApplyPolicy.self),
      meaning: "when a record shows in a node's state", isFixed: false,
      value: { $0.apply.rawValue },
      read: { (reader) throws(ParseFailure) in
        .apply(try choice(&reader, "choice", ApplyPolicy.self))
      }),
  ]

  private static let failoverRows: [KnobRow] = [
    KnobRow(
      name: "failover", choices: choices(FailoverMode.self), meaning: "who starts a failover",
      isFixed: false, value: { $0.failover.rawValue },
      read: { (reader) throws(ParseFailure) in
        .failover(try choice(&reader, "choice", FailoverMode.self))
      }),
    KnobRow(
      name: "promotion-needs", choices: choices(PromotionRequirement.self),
      meaning: "what a promotion needs", isFixed: false, value: { $0.promotionNeeds.rawValue },
      read: { (reader) throws(ParseFailure) in
        .promotionNeeds(try choice(&reader, "choice", PromotionRequirement.self))
      }),
    KnobRow(
      name: "check-quorum", choices: ["on", "off"],
      meaning: "a leader without a majority steps down", isFixed: false,
      value: { $0.checkQuorum ? "on" : "off" },
      read: { (reader) throws(ParseFailure) in .checkQuorum(try onOff(&reader)) }),
    KnobRow(
      name: "fencing", choices: ["on", "off"], meaning: "lower terms are refused", isFixed: false,
      value: { $0.fencing ? "on" : "off" },
      read: { (reader) throws(ParseFailure) in .fencing(try onOff(&reader)) }),
    KnobRow(
      name: "heartbeat", choices: ["100ms"], meaning: "time between heartbeats", isFixed: false,
      value: { TextForm.interval($0.heartbeat) },
      read: { (reader) throws(ParseFailure) in
        .heartbeat(
          try reader.interval(
            "the heartbeat", minimum: .milliseconds(1), maximum: .seconds(60)))
      }),
    KnobRow(
      name: "election-timeout", choices: ["1s"],
      meaning: "silence after which a follower campaigns", isFixed: false,
      value: { TextForm.interval($0.electionTimeout) },
      read: { (reader) throws(ParseFailure) in
        .electionTimeout(
          try reader.interval(
            "the election time-out", minimum: .milliseconds(10), maximum: .seconds(600)))
      }),
  ]

  private static let clientRows: [KnobRow] = [
    KnobRow(
      name: "redirects", choices: choices(RedirectMode.self),
      meaning: "what clients do when another node leads", isFixed: false,
      value: { $0.redirects.rawValue },
      read: { (reader) throws(ParseFailure) in
        .redirects(try choice(&reader, "choice", RedirectMode.self))
      }),
    KnobRow(
      name: "read-from", choices: ["leader", "any", "nearest", "n2"], meaning: "where reads go",
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

extension Knobs {
  /// Takes a setting in.
  public mutating func apply(_ setting: KnobSetting) {
    switch setting {
    case .model: break
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
    }
  }
}

extension KnobSetting {
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
    }
  }

  /// The setting as a command: `ack semi-sync 1`.
  public var text: String { name + " " + value }

  /// The value as text.
  public var value: String {
    guard let row = KnobTable.row(name) else { return "single-leader" }
    var knobs = Knobs()
    knobs.apply(self)
    return row.value(knobs)
  }
}
