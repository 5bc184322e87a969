import Positions

/// What waits until the log is safe through an index.
struct Parked: Sendable {
  /// What then happens.
  enum Then: Sendable {
    case nothing
    /// Whoever sent a version is told.
    case confirm(UInt64, to: NodeID)
    /// This node's own copy of a write, or of a read's repair, counts.
    case count(UInt64)
    /// Whoever asks for a tombstone is told, if it still stands.
    case tombstone(UInt64, to: NodeID, key: [UInt8], context: VersionVector)
  }

  var index: Index
  var keyHash: UInt64 = 0
  /// The versions that are safe then.
  var dots = DotList()
  var hintFor: NodeID?
  /// The hint that they are in; 0: none.
  var hint: UInt64 = 0
  var then: Then
}

extension DotList {
  /// What a state brings that `known` does not show: its versions, and what superseded others. A write
  /// that was overtaken on its way is among them.
  init(in state: KeyState, notIn known: KeyState?) {
    self.init()
    for entry in state.entries
    where !(known?.entries.contains { $0.dot == entry.dot } ?? false) { insert(entry.dot) }
    for dot in state.context.entries where known?.context[dot.actor] != dot.counter {
      insert(dot)
    }
  }

  private mutating func insert(_ dot: Dot) {
    if !contains(dot) { append(dot) }
  }
}

extension LeaderlessReplica {
  /// What this node knows of a key, in its place or as hints; nil: nothing.
  func known(of key: [UInt8], _ keyHash: UInt64) -> KeyState? {
    let own = store[key, keyHash]
    guard hints.contains(key, keyHash) else { return own }
    var meetings: [Meeting] = []
    var state = own ?? KeyState()
    let merging = policy.merging(key)
    for hint in hints.hints(of: key, keyHash) {
      _ = merging.join(hint.state, into: &state, &meetings)
    }
    return state
  }

  /// Another node's version, to be stored here or kept for a third.
  mutating func store(
    _ state: KeyState, of key: [UInt8], hintFor target: NodeID?, number: UInt64,
    from sender: NodeID, into effects: inout [PeerEffect]
  ) {
    if isDiskFull {
      let answer =
        isPlanted(.fullDisksConfirm)
        ? PeerMessage.stored(id: number) : PeerMessage.notStored(id: number)
      if number != 0 { effects.append(.send(answer, to: sender)) }
      return
    }
    if isPlanted(.replicasConfirmAtOnce), number != 0 {
      effects.append(.send(.stored(id: number), to: sender))
    }
    let keyHash = VersionedStore.hash(of: key)
    let then = number == 0 ? Parked.Then.nothing : .confirm(number, to: sender)
    if dropped.covers(keyHash, state.context, at: now.steady) {
      park(Parked(index: head.index, then: then))
    } else if let target, target != id, !isReplica(of: keyHash) {
      keepHint(
        for: target, state, of: key, keyHash, dots: DotList(in: state, notIn: nil), then: then,
        into: &effects)
    } else {
      let isRepair = number == 0 || RequestKind(of: number) == .read
      learn(
        state, of: key, keyHash, then: then,
        overwrites: isRepair && isPlanted(.repairsOverwrite), into: &effects)
    }
  }

  /// Joins a state into this node's copy; `then` happens once all of it is safe.
  mutating func learn(
    _ new: KeyState, of key: [UInt8], _ keyHash: UInt64, then: Parked.Then,
    overwrites: Bool = false, into effects: inout [PeerEffect]
  ) {
    let merging = policy.merging(key)
    var meetings: [Meeting] = []
    var wasDeleted = false
    var dots = DotList()
    var joined = KeyState()
    let update = store.update(key, keyHash: keyHash) { state in
      let isKnown = !state.context.isEmpty
      dots = DotList(in: new, notIn: state)
      wasDeleted = isKnown && state.isDeleted
      let isLearnt: Bool
      if isKnown, !overwrites {
        isLearnt = merging.join(new, into: &state, &meetings)
      } else {
        state = new
        isLearnt = !new.context.isEmpty
      }
      if isLearnt { joined = state }
      return isLearnt
    }
    if update.result {
      log.append(.taken(key: key, joined))
      for meeting in meetings {
        effects.append(.note(.met(key: key, rule: merging.rule, meeting)))
      }
      changed(
        key, keyHash, to: joined, wasDeleted: wasDeleted, before: update.before,
        after: update.after, into: &effects)
      if isPlanted(.treesMissRepairs), case .nothing = then {
        updateTree(keyHash, from: update.after, to: update.before)
      }
    } else if isPlanted(.knownVersionsAreConfirmedAtOnce),
      case .confirm(let number, let sender) = then
    {
      effects.append(.send(.stored(id: number), to: sender))
    }
    park(Parked(index: head.index, keyHash: keyHash, dots: dots, then: then))
  }

  /// Keeps what is derived from the store in step with it.
  mutating func changed(
    _ key: [UInt8], _ keyHash: UInt64, to state: KeyState?, wasDeleted: Bool, before: UInt64?,
    after: UInt64?, into effects: inout [PeerEffect]
  ) {
    if wasDeleted { deletedCount -= 1 }
    if let state {
      if state.isDeleted { deletedCount += 1 }
      effects.append(.note(.holds(key: key, keyHash: keyHash, state)))
    }
    if !isHidden(state) { updateTree(keyHash, from: before, to: after) }
    if mayHoldStrangers { setTimer(.beat, Self.movePeriod, into: &effects) }
  }

  /// Forgets a key of the store.
  mutating func forget(
    _ key: [UInt8], _ keyHash: UInt64, because reason: ForgettingReason,
    into effects: inout [PeerEffect]
  ) {
    guard let state = store[key] else { return }
    let before = store.remove(key, keyHash: keyHash)
    log.append(.forgotten(key: key))
    changed(
      key, keyHash, to: nil, wasDeleted: state.isDeleted, before: before, after: nil,
      into: &effects)
    forgot(dotsOf: state, keyHash)
    effects.append(.note(.forgot(key: key, because: reason)))
  }

  /// Lets something happen once the log is safe through an index.
  mutating func park(_ entry: Parked) {
    // Nothing to say and nobody to tell.
    if case .nothing = entry.then, entry.dots.isEmpty { return }
    parked.append(entry)
  }

  /// Does what waited for what is safe now.
  mutating func releaseSafe(into effects: inout [PeerEffect]) {
    let safe = log.safe(policy)
    // Looked at where it stands: most looks find that it has to wait.
    while !parked.isEmpty, parked[0].index <= safe {
      let entry = parked.removeFirst()
      for dot in entry.dots { note(dot, entry, into: &effects) }
      if entry.hint != 0 { effects.append(.note(.hintSafe(hint: entry.hint))) }
      switch entry.then {
      case .nothing: break
      case .confirm(let number, let sender):
        effects.append(.send(.stored(id: number), to: sender))
      case .count(let number): stored(number, by: id, into: &effects)
      case .tombstone(let number, let asker, let key, let context):
        tell(number, tombstoneOf: key, context, to: asker, into: &effects)
      }
    }
  }

  private func note(_ dot: Dot, _ entry: Parked, into effects: inout [PeerEffect]) {
    effects.append(
      .note(.stored(keyHash: entry.keyHash, dot: dot, hintFor: entry.hintFor)))
  }

  /// A node has a version safely.
  mutating func stored(_ number: UInt64, by node: NodeID, into effects: inout [PeerEffect]) {
    switch RequestKind(of: number) {
    case .write: writeStored(number, by: node, into: &effects)
    case .read: repairStored(number, by: node, into: &effects)
    case .hint: hintStored(number, by: node, into: &effects)
    case .move: moveStored(number, by: node, into: &effects)
    case .tombstone, nil: break
    }
  }
}

/// Never the same dot twice.
extension LeaderlessReplica {
  /// Dots of the present actor are forgotten with a state. Should this node write the key again, even
  /// after others gave it back a part, it must not count from there.
  mutating func forgot(dotsOf state: KeyState, _ keyHash: UInt64) {
    if state.context[actor] == 0 { return }
    if forgottenDots.count == 1_024 { beginGeneration() }
    forgottenDots.insert(keyHash)
  }

  /// Who makes the next version of a key.
  mutating func author(of keyHash: UInt64) -> Actor {
    if forgottenDots.contains(keyHash), !isPlanted(.forgottenDotsAreReused) { beginGeneration() }
    return actor
  }

  private mutating func beginGeneration() {
    actor = Actor(
      node: id, incarnation: incarnation, generation: actor.generation + 1)
    forgottenDots = []
  }
}
