import Positions
import Records
import Replication

extension PeerMessage {
  func add(to digest: inout Digest) {
    digest.add(UInt64(size))
    switch self {
    case .stream(let incarnation, let base, let after, let through, let writes):
      digest.add(incarnation << 8 | 1)
      digest.add(base.rawValue)
      digest.add(after.rawValue)
      digest.add(through.rawValue)
      for write in writes {
        digest.add(write.dot)
        digest.add(write.state.hash)
      }
    case .streamed(let incarnation, let own, let through, let applied):
      digest.add(incarnation << 8 | 2)
      digest.add(own)
      digest.add(through.rawValue)
      digest.add(applied)
    case .state(let mark, let part, let total, let keys, let applied, let ahead):
      digest.add(mark)
      digest.add(part << 32 | total << 8 | 3)
      digest.add(keys)
      digest.add(applied)
      digest.add(ahead)
    case .stateTaken(let next, let state):
      digest.add(next << 8 | 4)
      digest.add(state)
    case .forward(let request, let incarnation):
      digest.add(incarnation << 8 | 5)
      digest.add(request.id)
    case .moving(let mark, let members, let nodes, let replicas, let finished):
      digest.add(mark << 8 | 18)
      digest.add(UInt64(nodes) << 32 | UInt64(replicas))
      for node in members + finished { digest.add(node) }
    case .store(let id, let key, let state, let node):
      digest.add(6)
      digest.add(id)
      digest.add(VersionedStore.hash(of: key))
      digest.add(state.hash)
      digest.add(UInt64(node?.number ?? 0))
    case .stored(let id): digest.add(id << 8 | 7)
    case .notStored(let id): digest.add(id << 8 | 8)
    case .fetch(let id, let key):
      digest.add(id << 8 | 9)
      digest.add(VersionedStore.hash(of: key))
    case .fetched(let id, let state):
      digest.add(id << 8 | 10)
      digest.add(state.hash)
    case .gossip(let counts):
      digest.add(11)
      for dot in counts { digest.add(dot) }
    case .digests(let exchange, _, let level, _, let digests):
      digest.add(exchange << 16 | UInt64(level) << 8 | 12)
      for word in digests { digest.add(word) }
    case .leaves(let exchange, _, _, let digests):
      digest.add(exchange << 8 | 13)
      for item in digests { digest.add(item.keyHash ^ item.stateHash) }
    case .keys(let exchange, let keys, let wanted, let isAnswer):
      digest.add(exchange << 9 | (isAnswer ? 1 << 8 : 0) | 14)
      digest.add(keys)
      for word in wanted { digest.add(word) }
    case .askTombstone(let id, let key, let context):
      digest.add(id << 8 | 15)
      digest.add(VersionedStore.hash(of: key))
      digest.add(context)
    case .hasTombstone(let id, let has): digest.add(id << 9 | (has ? 1 << 8 : 0) | 16)
    case .dropTombstone(let key, let context):
      digest.add(17)
      digest.add(VersionedStore.hash(of: key))
      digest.add(context)
    }
  }
}

extension Digest {
  mutating func add(_ dot: Dot) {
    add(dot.actor.rawValue)
    add(dot.counter)
  }

  mutating func add(_ vector: VersionVector) {
    for dot in vector.entries { add(dot) }
  }

  mutating func add(_ keys: [PeerMessage.StateKey]) {
    for item in keys {
      add(VersionedStore.hash(of: item.key))
      add(item.state.hash)
    }
  }
}
