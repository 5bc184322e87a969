import Positions
import Replication

/// Why a transcript's command can't be carried out.
struct StageError: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}

/// Carries out a transcript's commands.
///
/// `cluster N [KNOB=VALUE …]`, `set KNOB=VALUE …`; `campaign N`, `promote N`, `fire N TIMER`,
/// `switchover N TO`, `add N NEW`, `remove N OLD`; `write N KEY=VALUE …`,
/// `read N KEY [for-leader] [at-least INDEX | linearizable]`; `deliver [FROM] [TO]`, `drop [FROM] [TO]` with `*`
/// for any, `disk [N …]`, `step N`, `settle`; `cut FROM TO`, `isolate N`, `mend`, `freeze N`, `thaw N`,
/// `stick N`, `unstick N`; `crash N`, `wipe N`, `start N [suspect] [cold]`, `join N`,
/// `checkpoint N`, `forget N checkpoints`, `forget N through INDEX`, `exchange N`, `repair N FROM`;
/// `show [N …]`, `rollbacks N`. Before any of them, `quietly` leaves out what neither people nor clients are told.
struct Stage {
  private var ensemble = Ensemble(1)

  mutating func perform(_ command: String) throws -> [String] {
    var words = command.split(separator: " ").map(String.init)
    ensemble.isTerse = words[0] == "quietly" || words[0] == "settle"
    if words[0] == "quietly" { words.removeFirst() }
    let verb = words.removeFirst()
    do {
      let looked = try perform(verb, words)
      return ensemble.takeLines() + looked
    } catch let error as StageError {
      throw StageError("`\(command)`: \(error)")
    }
  }

  private mutating func perform(_ verb: String, _ words: [String]) throws -> [String] {
    switch verb {
    case "cluster":
      guard let count = words.first.flatMap({ Int($0) }) else { throw StageError("how many?") }
      var policy = Policy()
      for word in words.dropFirst() { try Self.change(&policy, word) }
      let isTerse = ensemble.isTerse
      ensemble = Ensemble(count, policy: policy)
      ensemble.isTerse = isTerse
    case "set":
      var policy = ensemble.policy
      for word in words { try Self.change(&policy, word) }
      ensemble.setPolicy(policy)
    case "show":
      let wanted = try words.map { try node($0) }
      return ensemble.members.filter { wanted.isEmpty || wanted.contains($0.id) }.map { member in
        member.replica.map { "\($0.line) \(ensemble.contents($0))" } ?? "\(member.id) is dead"
      }
    case "rollbacks":
      let counts = ensemble.member(try node(words.first))?.disk.rollbacks ?? []
      return counts.map { "a rollback file keeps \($0) records" }
    case "campaign", "promote", "fire", "switchover", "add", "remove", "write", "read":
      try tell(verb, words)
    case "deliver", "drop", "disk", "step", "settle", "cut", "isolate", "mend", "freeze", "thaw",
      "stick", "unstick":
      try move(verb, words)
    case "crash", "wipe", "start", "join", "checkpoint", "forget", "exchange", "repair":
      try change(verb, words)
    default: throw StageError("there is no such command")
    }
    return []
  }

  /// What members are told.
  private mutating func tell(_ verb: String, _ words: [String]) throws {
    let id = try node(words.first)
    let second = words.dropFirst().first
    switch verb {
    case "campaign": ensemble.happen(.campaign, to: id)
    case "promote": ensemble.happen(.promote(above: .zero), to: id)
    case "switchover": ensemble.happen(.switchover(to: try node(second)), to: id)
    case "add": ensemble.happen(.addMember(try node(second)), to: id)
    case "remove": ensemble.happen(.removeMember(try node(second)), to: id)
    case "fire":
      guard let timer = TimerName.allCases.first(where: { "\($0)" == second }) else {
        throw StageError("there is no such timer")
      }
      guard ensemble.fire(timer, of: id) else { throw StageError("that timer is not set") }
    case "write":
      let pairs = try words.dropFirst().map { word in
        let parts = word.split(separator: "=").map(String.init)
        guard parts.count == 2 else { throw StageError("`\(word)` is no key and value") }
        return (parts[0], parts[1])
      }
      ensemble.write(pairs, to: id)
    default:
      guard let key = second else { throw StageError("which key?") }
      let wish = words.dropFirst(2).filter { $0 != "for-leader" }
      let requirement: ReadRequirement =
        switch wish.first {
        case nil: .anything
        case "linearizable": .linearizable
        default: .atLeast(try index(wish.last))
        }
      ensemble.read(key, from: id, requirement, isForLeader: words.contains("for-leader"))
    }
  }

  /// What moves, and what keeps it from moving.
  private mutating func move(_ verb: String, _ words: [String]) throws {
    switch verb {
    case "deliver", "drop":
      let ends = try words.map { try $0 == "*" ? nil : node($0) }
      func isWanted(_ flight: Ensemble.Flight) -> Bool {
        let from = ends.first ?? nil
        let to = ends.dropFirst().first ?? nil
        return (from ?? flight.from) == flight.from && (to ?? flight.to) == flight.to
      }
      if verb == "deliver" {
        ensemble.deliver(where: isWanted)
      } else {
        ensemble.drop(where: isWanted)
      }
    case "disk":
      let ids = try words.isEmpty ? ensemble.members.map(\.id) : words.map { try node($0) }
      for id in ids { ensemble.completeDisk(id) }
    case "step": ensemble.stepDisk(try node(words.first))
    case "settle":
      guard ensemble.settle() else { throw StageError("it does not come to rest") }
    case "mend": ensemble.mend()
    case "cut": ensemble.cut(try node(words.first), try node(words.last))
    case "isolate":
      let id = try node(words.first)
      for other in ensemble.members.map(\.id) where other != id {
        ensemble.cut(id, other)
        ensemble.cut(other, id)
      }
    case "freeze", "thaw": ensemble.setFrozen(try node(words.first), verb == "freeze")
    default: ensemble.setStuck(try node(words.first), verb == "stick")
    }
  }

  /// What becomes of members and their files.
  private mutating func change(_ verb: String, _ words: [String]) throws {
    let id = try node(words.first)
    switch verb {
    case "crash": ensemble.crash(id)
    case "wipe": ensemble.wipe(id)
    case "start":
      ensemble.start(id, isSuspect: words.contains("suspect"), isCold: words.contains("cold"))
    case "join": ensemble.join(id)
    case "exchange": ensemble.exchangeLog(of: id)
    case "repair": ensemble.repairLog(of: id, from: try node(words.last))
    case "checkpoint": ensemble.keepCheckpoint(id)
    case "forget" where words.contains("checkpoints"): ensemble.forgetCheckpoints(of: id)
    default: ensemble.forgetLog(of: id, through: try index(words.last))
    }
  }

  private func node(_ word: String?) throws -> NodeID {
    guard let id = word.flatMap({ NodeID($0) }) else { throw StageError("which node?") }
    return id
  }

  private func index(_ word: String?) throws -> Index {
    guard let number = word.flatMap({ UInt64($0) }) else { throw StageError("which record?") }
    return Index(number)
  }

  private static func change(_ policy: inout Policy, _ word: String) throws {
    let parts = word.split(separator: "=").map(String.init)
    guard parts.count == 2 else { throw StageError("`\(word)` is no knob and value") }
    let value = parts[1]
    switch parts[0] {
    case "ack": policy.acknowledgement = try rule(value)
    case "wait-for":
      policy.waitFor = value == "received" ? .received : value == "applied" ? .applied : .flushed
    case "degrade-after": policy.degradeAfter = value == "never" ? nil : .seconds(5)
    case "apply": policy.appliesWhenFlushed = value == "flushed"
    case "sync": policy.syncsEveryBatch = value == "every-batch"
    case "failover": policy.automaticFailover = value == "automatic"
    case "promotion-needs": policy.promotionNeedsMajority = value == "majority"
    case "check-quorum": policy.checkQuorum = value == "on"
    case "fencing": policy.fencing = value == "on"
    default: throw StageError("there is no knob `\(parts[0])`")
    }
  }

  /// `async`, `sync`, `majority`, `semi-sync:K`, `any:K:n2,n3`, `first:K:n2,n3`.
  private static func rule(_ text: String) throws -> AcknowledgementRule {
    let parts = text.split(separator: ":").map(String.init)
    let count = parts.count > 1 ? Int(parts[1]) : nil
    let list = parts.count > 2 ? parts[2].split(separator: ",").compactMap { NodeID($0) } : []
    switch (parts[0], count) {
    case ("async", nil): return .asynchronous
    case ("sync", nil): return .all
    case ("majority", nil): return .majority
    case ("semi-sync", let count?): return .any(count, of: [])
    case ("any", let count?): return .any(count, of: list)
    case ("first", let count?): return .first(count, of: list)
    default: throw StageError("`\(text)` is no acknowledgement policy")
    }
  }
}
