import Positions

/// The ledger and the invariants of a cluster in which several nodes take writes of a key, with
/// several leaders or none, fed by observations only.
///
/// What must never happen becomes a violation; what the knobs permit, a finding. Of each key it keeps
/// the versions that no acknowledged one has taken the place of, so that memory does not grow with
/// writes; a copy shares what is not written to afterwards.
public struct VersionChecker: Sendable {
  var keys = VersionKeys()
  var around = Circumstances()
  var sessions: [VersionSession] = []
  /// Whether sessions keep in mind what they write.
  var sessionsRemember = true
  var reads: [UInt64: PendingVersionRead] = [:]
  var shown = ShownStates()
  /// How often all keys were agreed on, from 1, so that keys not told in a round can be told apart.
  var round: UInt32 = 1

  /// A checker that has seen nothing.
  public init() {}

  /// What was promised, and what became of it.
  public var ledger: VersionLedger { around.ledger }
  /// What must never happen and did: the newest, at most ``Checker/kept``.
  public var violations: [Checker.Report] { around.violations }
  /// How many there were.
  public var violationCount: Int { around.violationCount }
  /// What the knobs permit and happened: the newest, at most ``Checker/kept``.
  public var findings: [Checker.Report] { around.findings }
  /// How many there were.
  public var findingCount: Int { around.findingCount }

  /// When a write of a key was last acknowledged; nil: none was that a read could miss.
  public func acknowledged(keyHash: UInt64) -> Instant? {
    guard let place = keys.place(of: keyHash), !keys[place].acknowledged.isEmpty else { return nil }
    return keys[place].acknowledgedAt
  }

  /// Whether it was told the name of a key.
  public func knows(_ keyHash: UInt64) -> Bool {
    keys.place(of: keyHash).map { keys[$0].isNamed } ?? false
  }

  /// Takes an observation made at `instant`.
  public mutating func observe(_ observation: VersionObservation, at instant: Instant) {
    around.now = instant
    switch observation {
    case .promised(
      let replicas, let reads, let writes, let strict, let synced, let stay, let hintsCount,
      let remembers):
      sessionsRemember = remembers
      if !remembers { for session in sessions.indices { sessions[session].forgetWrites() } }
      around.promised(
        Circumstances.Promise(
          replicas: replicas, reads: reads, writes: writes, strict: strict, synced: synced,
          tombstonesStay: stay, hintsCount: hintsCount && !strict))
    case .started(let node, let actor, let lostDisk, let applied):
      around.started(node, actor, lostDisk: lostDisk, applied: applied)
    case .crashed(let node): around.crashed(node)
    case .wiped(let node): around.lostDisk(of: node)
    case .spoiled(let node): around.spoiled(node)
    case .created(
      let hash, let key, let rule, let dot, let past, let clock, let value, let count,
      let isTombstone, let leavesVersion, let request):
      let place = place(hash)
      if let key {
        keys[place].name = key
        keys[place].isNamed = true
      }
      madeFor(request, dot, at: place)
      keys[place].rule = rule
      keys[place].created(
        VersionFact(
          dot: dot, past: past, clock: clock, value: value, count: count,
          isTombstone: isTombstone, leavesVersion: leavesVersion,
          isStrict: around.promise.strict, countsHints: around.promise.hintsCount,
          isSynced: around.promise.synced), &around)
    case .stored(let node, let hash, let dot, let target):
      if let place = keys.place(of: hash) {
        keys[place].stored(node, dot, isHint: target != nil)
      }
    case .acknowledged(let hash, let dot, let needed, let session):
      keys[place(hash)].acknowledged(dot, needed, &around)
      if sessionsRemember { withSession(session) { $0.write(hash, dot) } }
    case .ended(
      let hash, let loser, let loserClock, let winner, let winnerClock, let ending, let node):
      let place = place(hash)
      let conflict = VersionConflict(
        at: instant, by: node, key: keys[place].name, keyHash: hash, loser: loser,
        loserClock: loserClock, winner: winner, winnerClock: winnerClock, ending: ending)
      keys[place].ended(conflict, &around)
    case .holds(let node, let hash, let context, let versions):
      keys[place(hash)].holds(node, context, versions, &around)
    case .forgot(let node, let hash, let reason):
      if let place = keys.place(of: hash) { keys[place].forgot(node, reason, &around) }
    case .appliedFrom(let node, let origin, let sequence, let depends):
      around.applied(node, origin, sequence, depends)
    case .tookState(let node, let applied): around.tookState(node, applied)
    case .appliedIsSafe(let node): around.appliedIsSafe(node)
    case .shows(let node, let applied, let state):
      if let other = shown.note(node, applied: applied, state: state) {
        around.violate("\(other) and \(node) applied the same and differ in state")
      }
    case .hinted(let node, let target, let hint): around.hinted(node, target, hint)
    case .hintSafe(let node, let hint): around.hintSafe(node, hint)
    case .hintDelivered(let node, let hint, let target, let hash, let versions):
      around.hintEnded(node, hint, "handed over")
      if let target, let place = keys.place(of: hash) {
        keys[place].handedOver(versions, by: node, to: target, &around)
      }
    case .hintExpired(let node, let hint):
      around.hintsExpired = true
      around.hintEnded(node, hint, "gave up")
    case .hintsWaiting(let node, let count): around.hintsWaiting(node, count)
    case .readInvoked(let id, let session, let hash, let needed, let guarantee):
      invoked(id, session, hash, needed, guarantee)
    case .readReturned(let id, let node, let context, let versions):
      returned(id, node, context, versions)
    case .readForgotten(let id): reads[id] = nil
    case .rootsCompared(let one, let other, let rootsEqual, let contentsEqual):
      if rootsEqual != contentsEqual {
        around.violate(
          "the Merkle roots of \(one) and \(other) are \(rootsEqual ? "equal" : "different"), and "
            + "what they hold is not")
      }
    case .agreed(let hash, let context, let versions, let sum):
      keys[place(hash)].agreed(context, versions, sum, round, &around)
    case .agreedOnAll: agreedOnAll()
    }
  }

  /// Keys that nobody told are held by no live replica.
  private mutating func agreedOnAll() {
    keys.forEach { key in
      if key.round != round { key.untold(&around) }
    }
    round &+= 1
    around.agreed()
  }

  /// A key's place; one that was never made goes by its hash.
  private mutating func place(_ hash: UInt64) -> VersionKeys.Place {
    keys.makePlace(hash, "key #" + String(hash, radix: 16))
  }
}
