import Checking
import Operations
import Positions
import Replication

// What peers say of themselves, for the checker and for people.
extension Cluster {
  mutating func note(_ observation: VersionObservation) {
    versions.observe(observation, at: now)
    if versions.violationCount > toldViolations || versions.findingCount > toldFindings {
      tellVersionFindings()
    }
  }

  private mutating func tellVersionFindings() {
    let violations = versions.violationCount - toldViolations
    if violations > 0 {
      toldViolations = versions.violationCount
      for report in versions.violations.suffix(violations) { say(.violation, nil, report.text) }
    }
    let findings = versions.findingCount - toldFindings
    if findings > 0 {
      toldFindings = versions.findingCount
      for report in versions.findings.suffix(findings) { say(.finding, nil, report.text) }
    }
  }

  mutating func take(_ said: PeerNote, of id: NodeID) {
    switch said {
    case .created(
      let key, let keyHash, let rule, let change, let dot, let past, let clock, let request):
      figures.latencies.made(dot, of: keyHash, by: id, at: now)
      created(key, keyHash, rule, change, dot, past: past, clock: clock, request)
    case .holds(let key, let keyHash, let state):
      note(
        .holds(
          node: id, keyHash: keyHash, context: state.context,
          versions: DotList(state.entries.lazy.map(\.dot))))
      noteSiblings(state.entries.count, of: key, at: id)
      figures.divergence.noteChange(of: key, keyHash)
    case .met(let key, let rule, let meeting): met(key, rule, meeting, at: id)
    case .stored(let keyHash, let dot, let hintFor):
      if hintFor == nil, figures.latencies.isFollowing {
        figures.latencies.stored(dot, of: keyHash, at: id, now: now, replicas: replicaCount)
      }
      note(.stored(node: id, keyHash: keyHash, dot: dot, hintFor: hintFor))
    case .forgot(let key, let reason):
      note(
        .forgot(
          node: id, keyHash: VersionedStore.hash(of: key), ForgetReason(reason)))
      noteSiblings(0, of: key, at: id)
      figures.divergence.noteChange(of: key, VersionedStore.hash(of: key))
    case .applied(let origin, let sequence, let depends):
      note(.appliedFrom(node: id, origin: origin, sequence: sequence, depends: depends))
    case .tookState(let applied, let sender):
      note(.tookState(node: id, applied: applied))
      say(.log, id, "\(id) has taken the whole state of \(sender)")
    case .appliedIsSafe: note(.appliedIsSafe(node: id))
    case .hinted(let node, let hint): note(.hinted(node: id, for: node, hint: hint))
    case .hintSafe(let hint): note(.hintSafe(node: id, hint: hint))
    case .hintDelivered(let hint, let target, let keyHash, let entries):
      figures.hintsDelivered += 1
      note(
        .hintDelivered(
          node: id, hint: hint, to: target, keyHash: keyHash, versions: DotList(entries)))
    case .hintExpired(let hint):
      figures.hintsExpired += 1
      note(.hintExpired(node: id, hint: hint))
    case .repaired(let node, let key): repaired(node, key)
    case .writeQuorum(let key, let copies):
      if isWatched(key) { figures.writeQuorum = copies.nodes }
    case .readQuorum(let key, let nodes):
      guard isWatched(key) else { return }
      figures.readQuorum = nodes
      figures.repaired = []
    case .compared(let node, let areEqual, let leaves, let keys, let bytes):
      compared(id, node, areEqual, leaves: leaves, keys: keys, bytes: bytes)
    case .suspects(let node, let isDown):
      say(.note, id, isDown ? "\(id) takes \(node) for down" : "\(id) hears \(node) again")
    }
  }

  private mutating func created(
    _ key: [UInt8], _ keyHash: UInt64, _ rule: MergeRule, _ change: Change, _ dot: Dot,
    past: VersionVector, clock: Instant, _ request: UInt64
  ) {
    var (value, count, isTombstone, leavesVersion): (UInt64, Int64, Bool, Bool) = (
      0, 0, false, true
    )
    switch change {
    case .value(let bytes), .insert(let bytes): value = VersionedStore.hash(of: bytes)
    case .add(let delta): count = delta
    case .delete:
      isTombstone = true
      leavesVersion = rule != .set
    case .discard(let bytes):
      value = VersionedStore.hash(of: bytes)
      leavesVersion = false
    }
    note(
      .created(
        keyHash: keyHash, key: versions.knows(keyHash) ? nil : String(decoding: key, as: UTF8.self),
        rule: KeyRule(rule), dot: dot, past: past, clock: clock, value: value, count: count,
        isTombstone: isTombstone, leavesVersion: leavesVersion, request: request))
  }

  private mutating func met(
    _ key: [UInt8], _ rule: MergeRule, _ meeting: Meeting, at id: NodeID
  ) {
    let (winner, loser) = (meeting.winner, meeting.loser)
    let before = versions.ledger.conflicts
    note(
      .ended(
        keyHash: VersionedStore.hash(of: key), loser: loser.dot, loserClock: loser.clock,
        winner: winner.dot, winnerClock: winner.clock, VersionEnding(meeting.outcome), by: id))
    guard versions.ledger.conflicts > before else { return }
    let name = String(decoding: key, as: UTF8.self)
    let conflict = ConflictSnapshot(
      at: now, node: id, key: name, rule: knobs.resolution.rule(for: name).rawValue,
      ending: ConflictSnapshot.Ending(meeting.outcome), winner: VersionSnapshot(winner, rule),
      loser: VersionSnapshot(loser, rule))
    figures.conflicts.append(conflict)
    if figures.conflicts.count > 50 { figures.conflicts.removeFirst() }
    // The load's own keys meet many times a second; what people wrote is told one by one.
    if !name.hasPrefix("user") { say(.clients, id, "conflict on \(name): \(conflict.text)") }
  }

  private mutating func repaired(_ node: NodeID, _ key: [UInt8]) {
    figures.repairs += 1
    if isWatched(key), !figures.repaired.contains(node) { figures.repaired.append(node) }
  }

  private mutating func compared(
    _ one: NodeID, _ other: NodeID, _ areEqual: Bool, leaves: Int, keys: Int, bytes: Int
  ) {
    figures.exchanges += 1
    figures.antiEntropyRepairs += keys
    figures.antiEntropyBytes += bytes
    figures.setDiffering(leaves, between: one, and: other)
    if keys > 0 {
      say(.log, one, "\(one) and \(other) compared: \(leaves) ranges differed, \(keys) keys sent")
    }
  }
}

extension KeyRule {
  init(_ rule: MergeRule) {
    self =
      switch rule {
      case .lastWriterWins: .lastWriterWins
      case .siblings: .siblings
      case .growCounter, .counter: .counter
      case .set: .set
      }
  }
}

extension VersionEnding {
  init(_ outcome: Outcome) {
    self =
      switch outcome {
      case .lastWriterWon: .lastWriterWon
      case .lostByClock: .lostByClock
      case .merged: .merged
      case .kept: .kept
      }
  }
}

extension ForgetReason {
  init(_ reason: ForgettingReason) {
    self =
      switch reason {
      case .tombstone: .tombstone
      case .handedOver: .handedOver
      case .movedAway: .movedAway
      }
  }
}

extension ConflictSnapshot.Ending {
  init(_ outcome: Outcome) {
    self =
      switch outcome {
      case .lastWriterWon: .lastWriterWon
      case .lostByClock: .lostByClock
      case .merged: .merged
      case .kept: .kept
      }
  }
}
