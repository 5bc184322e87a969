import Positions
import Records

/// What a node's files add up to.
extension LeaderlessReplica {
  private static var format: UInt8 { 1 }

  /// The keys and the hints: a format's number (1), then both.
  public var checkpoint: [UInt8] {
    var writer = ByteWriter()
    writer.put(Self.format)
    writer.bytes += store.encoded
    hints.encode(into: &writer)
    return writer.bytes
  }

  public mutating func restore(_ payload: [UInt8], at point: LogPoint) -> Bool {
    let parts: (VersionedStore, HintStore)? = payload.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      guard reader.number(UInt8.self) == Self.format, let store = VersionedStore(&reader),
        let hints = HintStore(&reader), reader.isAtEnd
      else { return nil }
      return (store, hints)
    }
    guard let parts else { return false }
    (store, hints) = parts
    log.begin(after: point)
    return true
  }

  public mutating func replay(_ batch: RecordBatch) {
    // The files may begin behind the checkpoint that was restored, and hold what it shows too.
    if log.head.index < batch.previous.index { log.begin(after: batch.previous) }
    guard log.head.index < batch.last.index else { return }
    let new = batch.suffix(after: log.head.index)
    log.replay(new)
    new.forEachKeyRecord { _, record in
      switch record {
      case .taken(let key, let state):
        store.update(key, keyHash: VersionedStore.hash(of: key)) { $0 = state }
      case .hint where isPlanted(.recoveryForgetsHints): break
      case .hint(let number, let target, let born, let key, let state):
        hints.put(
          Hint(
            number: number, target: target, born: born, key: key,
            keyHash: VersionedStore.hash(of: key), state: state))
      case .hintDone(let number): hints.remove(number)
      case .forgotten(let key):
        let keyHash = VersionedStore.hash(of: key)
        // What its tombstone had superseded may still be under way.
        if let state = store[key], state.isDeleted {
          dropped.insert(keyHash, state.context, at: .start)
        }
        store.remove(key, keyHash: keyHash)
      // Several leaders' records.
      case .write, .taking, .reached: break
      }
    }
  }
}

/// What can be seen of it.
extension LeaderlessReplica {
  /// How many hints it keeps.
  public var hintCount: Int { hints.count }

  /// How many hints it keeps for each node that it keeps any for, by number.
  public var hintCounts: [(target: NodeID, count: Int)] { hints.counts }

  /// How many hints it keeps for a node.
  public func hints(for target: NodeID) -> Int {
    hints.counts.first { $0.target == target }?.count ?? 0
  }

  /// What it keeps of a key for others.
  public func hints(of key: [UInt8]) -> [(target: NodeID, state: KeyState)] {
    hints.hints(of: key, VersionedStore.hash(of: key)).map { ($0.target, $0.state) }
  }

  /// How many requests of clients it waits for others with.
  public var pendingRequests: Int { writes.count + reads.count }

  /// Whether it may hold keys that it is no replica of.
  public var holdsStrangers: Bool { mayHoldStrangers }

  /// How many deleted keys it still knows of.
  public var tombstoneCount: Int { deletedCount }
}
