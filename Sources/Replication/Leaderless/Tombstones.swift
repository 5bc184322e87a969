import Collections
import Positions

/// A tombstone of which all members are asked whether it can go.
struct TombstoneAsk: Sendable {
  var key: [UInt8]
  var keyHash: UInt64
  var context: VersionVector
  /// Who has not agreed.
  var open: [NodeID]
  var sent: Instant
}

/// Tombstones that went lately: what they had superseded and is still under way is not taken for new.
struct DroppedTombstones: Sendable {
  private struct Entry: Sendable {
    var keyHash: UInt64
    var context: VersionVector
    var until: Instant
  }

  private var entries: Deque<Entry> = []

  /// How long a message may be under way.
  private static let memory = Interval.seconds(10)
  private static let maximum = 512

  /// Remembers one.
  mutating func insert(_ keyHash: UInt64, _ context: VersionVector, at steady: Instant) {
    while let first = entries.first, first.until <= steady || entries.count >= Self.maximum {
      entries.removeFirst()
    }
    entries.append(
      Entry(keyHash: keyHash, context: context, until: steady + Self.memory))
  }

  /// Whether all that `context` says of a key went with a tombstone.
  func covers(_ keyHash: UInt64, _ context: VersionVector, at steady: Instant) -> Bool {
    !entries.isEmpty
      && entries.contains {
        $0.keyHash == keyHash && $0.until > steady && $0.context.covers(context)
      }
  }

  /// A start: those that the log tells of went just now.
  mutating func begin(at steady: Instant) {
    for place in entries.indices { entries[place].until = steady + Self.memory }
  }
}

extension LeaderlessReplica {
  static var tombstonePeriod: Interval { .seconds(2) }
  /// Tombstones looked at in one go.
  static var tombstoneBatch: Int { 128 }

  /// Looks for tombstones that can go: after a time of grace, or once all have them.
  mutating func lookForTombstones(into effects: inout [PeerEffect]) {
    setTimer(.tombstones, Self.tombstonePeriod, into: &effects)
    for place in tombstoneAsks.values.indices {
      if let ask = tombstoneAsks.values[place], ask.sent < now.steady {
        tombstoneAsks.remove(at: place)
      }
    }
    guard deletedCount > 0, !isDiskFull, move == nil else { return }
    let isAlone = ring.members.count <= replicaCount
    var found: [(key: [UInt8], keyHash: UInt64, state: KeyState)] = []
    store.forEach { key, keyHash, state in
      guard state.isDeleted else { return true }
      if knobs.tombstoneGrace != nil {
        guard isOverdue(state), isReplica(of: keyHash) else { return true }
      } else {
        let first = ring.preferenceList(hash: keyHash, count: 1).first
        guard first == id || isAlone && first == nil else { return true }
      }
      found.append((key, keyHash, state))
      return found.count < Self.tombstoneBatch
    }
    for (key, keyHash, state) in found {
      if knobs.tombstoneGrace != nil {
        forget(key, keyHash, because: .tombstone, into: &effects)
      } else {
        ask(ofTombstone: key, keyHash, state.context, into: &effects)
      }
    }
  }

  /// Whether a tombstone's time of grace is over, by this node's clock; an empty set says nothing of its
  /// age.
  func isOverdue(_ state: KeyState) -> Bool {
    guard let grace = knobs.tombstoneGrace, state.isDeleted, !state.entries.isEmpty else {
      return false
    }
    return state.entries.allSatisfy { $0.clock + grace <= now.wall }
  }

  private mutating func ask(
    ofTombstone key: [UInt8], _ keyHash: UInt64, _ context: VersionVector,
    into effects: inout [PeerEffect]
  ) {
    let number = tombstoneAsks.insert(
      TombstoneAsk(
        key: key, keyHash: keyHash, context: context, open: [id] + others.map(\.node),
        sent: now.steady))
    for other in others {
      effects.append(
        .send(.askTombstone(id: number, key: key, context: context), to: other.node))
    }
    asked(number, tombstoneOf: key, context, by: id, into: &effects)
  }

  /// A node asks for a tombstone: it is told once what is known here is safe.
  mutating func asked(
    _ number: UInt64, tombstoneOf key: [UInt8], _ context: VersionVector, by asker: NodeID,
    into effects: inout [PeerEffect]
  ) {
    park(
      Parked(
        index: head.index,
        then: .tombstone(number, to: asker, key: key, context: context)))
  }

  /// Tells whether the tombstone stands here, or nothing of the key if this node is no replica of it; and
  /// that no hint could bring back what it had superseded.
  mutating func tell(
    _ number: UInt64, tombstoneOf key: [UInt8], _ context: VersionVector, to asker: NodeID,
    into effects: inout [PeerEffect]
  ) {
    let keyHash = VersionedStore.hash(of: key)
    let state = store[key]
    let isHeld = state.map { $0.isDeleted && $0.context == context } ?? false
    let agrees =
      !hints.contains(key, keyHash) && move == nil
      && (isReplica(of: keyHash) ? isHeld : state == nil)
    if asker == id {
      told(number, hasTombstone: agrees, by: id, into: &effects)
    } else {
      effects.append(.send(.hasTombstone(id: number, agrees), to: asker))
    }
  }

  /// A node says whether it has the tombstone; once all have, it goes everywhere.
  mutating func told(
    _ number: UInt64, hasTombstone agrees: Bool, by node: NodeID,
    into effects: inout [PeerEffect]
  ) {
    guard let place = tombstoneAsks.place(of: number) else { return }
    guard agrees else { return tombstoneAsks.remove(at: place) }
    tombstoneAsks.values[place]?.open.removeAll { $0 == node }
    guard let ask = tombstoneAsks.values[place], ask.open.isEmpty else { return }
    tombstoneAsks.remove(at: place)
    for other in others {
      effects.append(
        .send(.dropTombstone(key: ask.key, context: ask.context), to: other.node))
    }
    drop(tombstoneOf: ask.key, context: ask.context, into: &effects)
  }

  /// All have a tombstone: it goes, unless more became known of the key.
  mutating func drop(
    tombstoneOf key: [UInt8], context: VersionVector, into effects: inout [PeerEffect]
  ) {
    let keyHash = VersionedStore.hash(of: key)
    dropped.insert(keyHash, context, at: now.steady)
    guard let state = store[key], state.isDeleted, state.context == context, !isDiskFull else {
      return
    }
    forget(key, keyHash, because: .tombstone, into: &effects)
  }
}
