import Positions
import Records
import Replication
import WriteAheadLog
import World

/// A running hash of everything that happens in a cluster: what is handled, when, and by whom.
///
/// Two runs with equal hashes had equal histories, but for chance in 2^64. It reads nothing that
/// differs between processes or builds: no addresses, no `Hasher`.
struct Trace: Equatable, Sendable {
  private(set) var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
  /// How many events were handled.
  private(set) var count = 0

  /// Takes what happened at `instant` in.
  @inline(__always)
  mutating func note(_ word: UInt64, at instant: Instant) {
    count += 1
    mix(UInt64(bitPattern: instant.sinceStart.nanoseconds))
    mix(word)
  }

  /// Takes text in, such as a command's.
  mutating func note(_ text: String, at instant: Instant) {
    var word: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { word = (word ^ UInt64(byte)) &* 0x100_0000_01B3 }
    note(word, at: instant)
  }

  @inline(__always)
  private mutating func mix(_ word: UInt64) {
    let product = (hash ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    hash = product.high ^ product.low ^ word
  }
}

/// One word of several numbers, in order.
struct Digest {
  var word: UInt64

  init(_ kind: UInt64) { word = kind &+ 0x51_7C_C1_B7_27_22_0A_95 }

  mutating func add(_ number: UInt64) {
    word = (word ^ number) &* 0x9FB2_1C65_1E98_DF25
    word ^= word >> 32
  }

  mutating func add(_ point: LogPoint) {
    add(point.index.rawValue)
    add(point.term.rawValue)
    add(point.chain.rawValue)
    add(point.end.rawValue)
  }

  mutating func add(_ node: NodeID) { add(UInt64(node.number)) }
}

extension ClusterEvent {
  /// What the event is, in one word.
  var digest: UInt64 {
    var digest: Digest
    switch self {
    case .message(let message, let from, let to):
      digest = Digest(1)
      digest.add(from)
      digest.add(to)
      message.add(to: &digest)
    case .timer(let id, let incarnation, let name):
      digest = Digest(2)
      digest.add(id)
      digest.add(UInt64(incarnation) << 8 | UInt64(name.rawValue))
    case .proposal(let proposal, let id):
      digest = Digest(3)
      digest.add(id)
      for origin in proposal.origins {
        digest.add(origin.session)
        digest.add(origin.sequence)
      }
      digest.add(UInt64(proposal.bytes.count))
    case .read(let request, let id):
      digest = Digest(4)
      digest.add(id)
      digest.add(request.id)
    case .served(let id, let incarnation, _):
      digest = Digest(5)
      digest.add(id)
      digest.add(UInt64(incarnation))
    case .answer(let answer):
      digest = Digest(6)
      answer.add(to: &digest)
    case .arrival(let generation, let due):
      digest = Digest(7)
      digest.add(UInt64(generation))
      digest.add(UInt64(bitPattern: due.sinceStart.nanoseconds))
    case .retry(let client, let attempt):
      digest = Digest(8)
      digest.add(UInt64(client) << 32 | UInt64(attempt))
    case .tick: digest = Digest(9)
    case .idle(let id, let incarnation):
      digest = Digest(10)
      digest.add(UInt64(id.number) << 32 | UInt64(incarnation))
    case .retryDisk(let id, let incarnation):
      digest = Digest(11)
      digest.add(UInt64(id.number) << 32 | UInt64(incarnation))
    case .periodicSync(let id, let incarnation):
      digest = Digest(12)
      digest.add(UInt64(id.number) << 32 | UInt64(incarnation))
    case .peerMessages(let messages, let from, let to):
      digest = Digest(14)
      digest.add(from)
      digest.add(to)
      messages.forEach { $0.add(to: &digest) }
    case .peerTimer(let id, let incarnation, let name):
      digest = Digest(15)
      digest.add(id)
      digest.add(UInt64(incarnation) << 8 | UInt64(name.rawValue))
    case .requests(let requests, let id):
      digest = Digest(16)
      digest.add(id)
      requests.forEach { digest.add($0.id) }
    case .peerAnswers(let answers, let id):
      digest = Digest(17)
      digest.add(id)
      answers.forEach { digest.add($0.request) }
    }
    return digest.word
  }
}

extension DiskCompletion {
  /// What ended, in one word.
  var digest: UInt64 {
    var digest = Digest(13)
    digest.add(node)
    digest.add(UInt64(incarnation) << 32 | UInt64(completion.results.count))
    digest.add(completion.token.rawValue)
    digest.add(completion.failure == nil ? 0 : 1)
    for case .bytes(let bytes) in completion.results {
      digest.add(bytes.withUnsafeBytes { ChainHash.hash($0) })
    }
    return digest.word
  }
}

extension Message {
  fileprivate func add(to digest: inout Digest) {
    switch self {
    case .preVoteRequest(let proposed, let head):
      digest.add(1)
      digest.add(proposed.rawValue)
      digest.add(head)
    case .preVoteReply(let proposed, let granted, let head, let suspect, let term):
      digest.add(2)
      digest.add(proposed.rawValue)
      digest.add((granted ? 1 : 0) | (suspect ? 2 : 0))
      digest.add(head)
      digest.add(term.rawValue)
    case .voteRequest(let term, let head, _):
      digest.add(3)
      digest.add(term.rawValue)
      digest.add(head)
    case .voteReply(let term, let granted):
      digest.add(4)
      digest.add(term.rawValue)
      digest.add(granted ? 1 : 0)
    case .campaign(let term, let transfer):
      digest.add(5)
      digest.add(term.rawValue)
      digest.add(transfer ? 1 : 0)
    case .append(let term, let batches, let previous, let commit, let round, let forced):
      digest.add(6)
      digest.add(term.rawValue)
      digest.add(previous)
      digest.add(commit.rawValue)
      digest.add(round << 1 | (forced ? 1 : 0))
      if let last = batches.last { digest.add(last.last) }
    case .appendReply(let term, let positions, let round):
      digest.add(7)
      digest.add(term.rawValue)
      digest.add(positions.received.rawValue)
      digest.add(positions.flushed.rawValue)
      digest.add(positions.applied.rawValue)
      digest.add(round)
    case .mismatch(let term, let refused, _, let round):
      digest.add(8)
      digest.add(term.rawValue)
      digest.add(refused.rawValue)
      digest.add(round)
    case .installCheckpoint(let term, let point, let payload, _):
      digest.add(9)
      digest.add(term.rawValue)
      digest.add(point)
      digest.add(UInt64(payload.count))
    case .readIndexRequest(let id):
      digest.add(10)
      digest.add(id)
    case .readIndexReply(let id, let index):
      digest.add(11)
      digest.add(id)
      digest.add(index?.rawValue ?? .max)
    case .repairRequest(let after):
      digest.add(12)
      digest.add(after.rawValue)
    case .repairReply(let batch, let commit):
      digest.add(13)
      digest.add(batch.last)
      digest.add(commit.rawValue)
    case .repairDropped(let through):
      digest.add(14)
      digest.add(through.rawValue)
    }
  }
}

extension ClientAnswer {
  fileprivate func add(to digest: inout Digest) {
    switch self {
    case .acknowledged(let origins, let term, let first, let id):
      digest.add(1)
      digest.add(id)
      digest.add(term.rawValue)
      digest.add(first.rawValue)
      digest.add(UInt64(origins.count))
    case .refused(let origins, _, let leader, let id):
      digest.add(2)
      digest.add(id)
      digest.add(leader.map { UInt64($0.number) } ?? 0)
      digest.add(UInt64(origins.count))
    case .abandoned(let origins, let id):
      digest.add(3)
      digest.add(id)
      digest.add(UInt64(origins.count))
    case .read(let request, let answer, let id):
      digest.add(4)
      digest.add(id)
      digest.add(request)
      if case .value(let version, let applied) = answer {
        digest.add(applied.rawValue)
        digest.add(version?.index.rawValue ?? 0)
      }
    case .reset(let id):
      digest.add(5)
      digest.add(id)
    }
  }
}
