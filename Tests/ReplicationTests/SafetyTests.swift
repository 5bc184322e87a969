import Positions
import Records
import Testing

@testable import Replication

/// Random histories of replicas as values: messages, disks, timers, crashes and cuts in any order.
/// What must always hold is looked at after every step; afterwards all is healed, and they must agree.
@Suite struct SafetyTests {
  /// What was seen so far in one history.
  struct Witness {
    var leaders: [Term: NodeID] = [:]
    /// The term and chain of each record that anyone knew to be committed.
    var committed: [Index: LogPoint] = [:]
    var trouble: [String] = []

    mutating func look(at ensemble: inout Ensemble) {
      for (id, effect) in ensemble.takeEffects() {
        switch effect {
        case .notice(.elected(let term, _, _, _)): elected(id, term, ensemble)
        case .notice(.commitRolledBack(let from, let to)):
          trouble.append("\(id) took back committed records \(to.next) to \(from)")
        case .notice(.chainDiffers(let index, let term)):
          trouble.append("\(id) holds another record \(index) of term \(term)")
        default: break
        }
      }
      for member in ensemble.members {
        guard let replica = member.replica else { continue }
        remember(replica)
        if replica.applied.index > replica.commit {
          trouble.append("\(member.id) shows \(replica.applied.index), not committed")
        }
        if replica.flushed.index > replica.head.index {
          trouble.append("\(member.id) flushed more than it has")
        }
      }
    }

    private mutating func elected(_ id: NodeID, _ term: Term, _ ensemble: Ensemble) {
      if let other = leaders[term], other != id {
        trouble.append("\(other) and \(id) lead term \(term)")
      }
      leaders[term] = id
      guard let replica = ensemble.member(id)?.replica else { return }
      for (index, point) in committed
      where replica.history.term(at: index) != point.term
        || (replica.window.point(at: index) ?? point) != point
      {
        trouble.append("\(id) leads term \(term) without committed record \(index)")
      }
    }

    private mutating func remember(_ replica: Replica) {
      guard replica.commit > .zero, let point = replica.window.point(at: replica.commit) else {
        return
      }
      if let known = committed[replica.commit], known != point {
        trouble.append("record \(replica.commit) was committed twice: \(known) and \(point)")
      }
      committed[replica.commit] = point
    }
  }

  /// One random step.
  static func step(_ ensemble: inout Ensemble, _ random: inout Chance, _ writes: inout Int) {
    guard let id = ensemble.members.randomElement(using: &random)?.id,
      let other = ensemble.members.randomElement(using: &random)?.id
    else { return }
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<45:
      if let flight = ensemble.flights.randomElement(using: &random) {
        ensemble.deliverOldest(from: flight.from, to: flight.to)
      }
    case 45..<65: ensemble.stepDisk(id)
    case 65..<75:
      let timers = ensemble.member(id)?.timers ?? []
      let set = TimerName.allCases.filter { timers.contains($0) }
      if let timer = set.randomElement(using: &random) { _ = ensemble.fire(timer, of: id) }
    case 75..<88:
      guard let replica = ensemble.member(id)?.replica, replica.role == .leader else { return }
      writes += 1
      ensemble.write([("k\(writes % 7)", "\(writes)")], to: id)
    case 88..<91:
      if ensemble.member(id)?.replica == nil {
        ensemble.start(id, isCold: Bool.random(using: &random))
      } else {
        ensemble.crash(id)
      }
    case 91..<94: ensemble.cut(id, other)
    case 94..<97: ensemble.mend()
    case 97..<99: ensemble.drop { $0.from == id && $0.to == other }
    default:
      if ensemble.member(id)?.replica?.role == .leader {
        ensemble.happen(.switchover(to: other), to: id)
      }
    }
  }

  /// Heals all and lets timers run out one after another, until all agree; false when they don't.
  static func heal(_ ensemble: inout Ensemble, _ random: inout Chance) -> Bool {
    ensemble.mend()
    for member in ensemble.members where member.replica == nil { ensemble.start(member.id) }
    for _ in 0..<60 {
      guard ensemble.settle() else { return false }
      let replicas = ensemble.members.compactMap(\.replica)
      let heads = Set(replicas.map(\.head))
      let shown = Set(replicas.map(\.applied))
      if heads.count == 1, shown == heads, replicas.contains(where: { $0.role == .leader }) {
        return Set(replicas.map(\.state.hash)).count == 1
      }
      // A leader's heartbeats keep followers patient; without one somebody campaigns.
      for replica in replicas where replica.role == .leader {
        _ = ensemble.fire(.heartbeat, of: replica.id)
      }
      for replica in replicas where replica.role == .candidate {
        _ = ensemble.fire(.candidacy, of: replica.id)
      }
      guard ensemble.settle() else { return false }
      if !ensemble.members.contains(where: { $0.replica?.role == .leader }),
        let id = ensemble.members.randomElement(using: &random)?.id
      {
        for member in ensemble.members { _ = ensemble.fire(.lease, of: member.id) }
        _ = ensemble.fire(.election, of: id)
      }
    }
    return false
  }

  @Test(arguments: [3, 5], 1...150)
  func nothingCommittedIsLostAndAllAgreeInTheEnd(nodes: Int, seed: Int) {
    var random = Chance(seed: UInt64(seed))
    var ensemble = Ensemble(nodes)
    var witness = Witness()
    var writes = 0
    ensemble.happen(.campaign, to: NodeID(1))
    for _ in 0..<600 {
      Self.step(&ensemble, &random, &writes)
      witness.look(at: &ensemble)
      if !witness.trouble.isEmpty { break }
    }
    #expect(witness.trouble == [])
    #expect(Self.heal(&ensemble, &random), "they do not agree")
    witness.look(at: &ensemble)
    #expect(witness.trouble == [])
  }
}
