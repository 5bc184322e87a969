import Operations
import Positions

/// Two endings of one run, since they parted.
struct Comparison {
  /// What one ending has that belongs to it alone.
  struct Ending {
    /// Acknowledged writes.
    var acknowledged: Int
    /// Of them, lost.
    var lost: Int
    /// Of them, writes that lost to a later clock.
    var losers: Int
    /// The lost writes' keys as far as they are known, newest last.
    var lostKeys: [String]
    /// The losers' keys as far as they are known, newest last.
    var loserKeys: [String] = []
    /// Conflicts between writes.
    var conflicts: Int
    /// Writes that lost to an older one.
    var lostByClock: Int
    /// Reads that missed an acknowledged write.
    var staleReads: Int
    /// What the knobs permit and happened.
    var findings: Int
    /// What must never happen and did.
    var violations: Int

    /// An ending's ledger, less what both endings share.
    init(_ snapshot: ClusterSnapshot, since shared: LedgerSnapshot?) {
      let ledger = snapshot.ledger
      acknowledged = ledger.acknowledged - (shared?.acknowledged ?? 0)
      let versions = snapshot.model.versions
      let atFork = versions?.atFork
      lost = ledger.lost - (shared?.lost ?? 0)
      losers = (versions?.losers ?? 0) - (atFork?.losers ?? 0)
      let before = shared?.lostWrites ?? []
      lostKeys = ledger.lostWrites.filter { !before.contains($0) }.map(\.key)
      conflicts = (versions?.conflicts ?? 0) - (atFork?.conflicts ?? 0)
      lostByClock = (versions?.lostByClock ?? 0) - (atFork?.lostByClock ?? 0)
      staleReads = ledger.staleReads - (shared?.staleReads ?? 0)
      findings = ledger.findingCount - (shared?.findingCount ?? 0)
      violations = ledger.violationCount - (shared?.violationCount ?? 0)
    }

    /// The keys of writes that lost to a later clock.
    mutating func addLosers(of snapshot: ClusterSnapshot, after fork: Instant) {
      loserKeys += snapshot.losers.filter { $0.at > fork }.reversed().map(\.key)
    }
  }

  /// Which of the two is better.
  enum Better { case here, there, neither }

  /// The ending that is shown and goes on.
  private(set) var here: Ending
  /// The one that was reached before the fork.
  private(set) var there: Ending
  /// Whether the figures leave out what happened before the fork.
  let isSinceFork: Bool
  /// Whether the endings stand at the same moment.
  let isLevel: Bool
  /// The policies that the endings run with, as far as they differ.
  let knobs: [(name: String, here: String, there: String)]

  init(_ here: ClusterSnapshot, _ there: ClusterSnapshot) {
    let shared = here.history?.ledgerAtFork
    self.here = Ending(here, since: shared)
    self.there = Ending(there, since: shared)
    if let fork = here.history?.forkedAt {
      self.here.addLosers(of: here, after: fork)
      self.there.addLosers(of: there, after: fork)
    }
    isSinceFork = shared != nil
    isLevel = here.at == there.at
    var knobs = KnobTable.rows(of: here.knobs.model).filter { !$0.isFixed }.map { row in
      (name: row.name, here: row.value(here.knobs), there: row.value(there.knobs))
    }
    let (load, otherLoad) = (here.clients.load, there.clients.load)
    knobs.append(("load", load.workload?.rawValue ?? "-", otherLoad.workload?.rawValue ?? "-"))
    knobs.append(("rate", Self.rate(load), Self.rate(otherLoad)))
    self.knobs = knobs.filter { $0.here != $0.there }
  }

  private static func rate(_ load: LoadChange) -> String {
    load.rate.map { $0 == .infinity ? "max" : Short.count($0) } ?? "-"
  }

  private static let loser = "write lost to a later clock"

  /// What tells the endings apart, the gravest first.
  private var counts: [(here: Int, there: Int, one: String, many: String)] {
    [
      (here.violations, there.violations, "broken promise", "broken promises"),
      (here.lost, there.lost, "lost write", "lost writes"),
      (here.losers, there.losers, Self.loser, "writes lost to later clocks"),
      (here.staleReads, there.staleReads, "stale read", "stale reads"),
      (here.findings, there.findings, "finding", "findings"),
    ]
  }

  /// The better one: broken promises weigh more than lost writes, those more than losers, those more
  /// than stale reads, those more than findings.
  var better: Better {
    guard let first = counts.first(where: { $0.here != $0.there }) else { return .neither }
    return first.here < first.there ? .here : .there
  }

  /// In a sentence.
  var verdict: String {
    guard let first = counts.first(where: { $0.here != $0.there }) else {
      let losers = here.losers > 0 ? ", \(Short.grouped(here.losers)) to later clocks" : ""
      return here.lost + here.losers == 0
        ? "alike so far: nothing was lost in either"
        : "alike so far: \(Short.grouped(here.lost)) lost\(losers) in both"
    }
    let isHere = first.here < first.there
    let (few, many) = isHere ? (first.here, first.there) : (first.there, first.here)
    let better = isHere ? here : there
    if first.one == "lost write" || first.one == Self.loser, better.lost + better.losers == 0 {
      let clocks = first.one == Self.loser ? " to later clocks" : ""
      return isHere
        ? "this ending keeps every acked write; the other loses \(Short.grouped(many))\(clocks)"
        : "this ending loses \(Short.counted(many, "acked write"))\(clocks); "
          + "the other keeps every one"
    }
    let difference = many - few
    let noun = difference == 1 ? first.one : first.many
    return "\(isHere ? "this" : "the other") ending has \(Short.grouped(difference)) \(noun) fewer"
  }
}
