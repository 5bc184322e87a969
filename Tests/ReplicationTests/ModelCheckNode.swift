import Positions
import Records

@testable import Replication

/// A step of the harness that is done wrongly, to show that the search finds what comes of it.
enum ModelMutation: CaseIterable {
  /// Votes are taken for durable before they are, and a crash loses them.
  case votesNotDurable
  /// Records are taken for durable before they are, and a crash loses them.
  case flushesNotDurable
  /// A follower takes records from a leader of a lower term, and answers in that term.
  case termsIgnored
  /// Records of earlier terms are committed by counting.
  case earlierTermsCounted
}

/// One node of a model: its replica, what is durable, what the disk was asked, which timers are set.
struct ModelNode {
  /// What can happen to a node by itself.
  enum Happening {
    case campaign
    case receive(Message, from: NodeID)
    case fire(TimerName)
    /// The disk does what it was asked first.
    case disk
    /// A vote overtakes records that wait for the disk.
    case diskVote
    case write(sequence: UInt64)
    /// The process ends and starts anew; of what the disk was asked, the first `done` were done.
    case crash(done: Int)
  }

  /// What others see of a step.
  struct Outcome {
    var sends: [(message: Message, to: NodeID)] = []
    var facts: [ModelFact] = []
    var notices: [Notice] = []
  }

  static let members = Membership(voters: [NodeID(1), NodeID(2), NodeID(3)])

  private(set) var replica: Replica
  private(set) var log = RecordBatch(after: .origin)
  private(set) var durableTerm = Term.zero
  private(set) var queue: [MemberDisk.Request] = []
  private(set) var timers: Set<TimerName> = []

  init(_ id: NodeID) {
    replica = Self.replica(id, log: RecordBatch(after: .origin), term: .zero)
    var outcome = Outcome()
    start(&outcome)
  }

  private static func replica(_ id: NodeID, log: RecordBatch, term: Term) -> Replica {
    var member = Member(id: id)
    member.disk.log = log
    member.disk.term = term
    return Replica(
      id: id, policy: Policy(),
      origin: member.origin(members: members, isSuspect: false, isCold: false))
  }

  private mutating func start(_ outcome: inout Outcome) {
    timers = []
    var effects: [Effect] = []
    replica.start(into: &effects)
    carryOut(effects, nil, &outcome)
  }

  /// Everything about it, as numbers.
  func words(hasQuorumChecks: Bool) -> [UInt64] {
    var words = Words(hasQuorumChecks: hasQuorumChecks)
    words.put(replica)
    words.put(log)
    words.put(durableTerm)
    words.put(queue.count)
    for request in queue { words.put(request) }
    words.put(timers.reduce(0) { $0 | 1 << Int($1.rawValue) })
    return words.all
  }

  /// The timers that are set; nobody but a follower heeds the election's.
  var timersThatMatter: [TimerName] {
    TimerName.allCases.filter {
      timers.contains($0) && ($0 != .election || replica.role == .follower)
    }
  }

  /// Whether a vote waits behind records.
  var voteCanOvertake: Bool {
    guard let position = firstVote else { return false }
    return position > 0
  }

  private var firstVote: Int? {
    queue.firstIndex { if case .saveVote = $0 { true } else { false } }
  }

  /// Takes a step.
  ///
  /// - Parameter isPrompt: whether the disk does at once all that comes of it, unless it is busy.
  mutating func happen(
    _ what: Happening, isPrompt: Bool, _ mutation: ModelMutation?
  ) -> Outcome {
    var outcome = Outcome()
    let before = replica.commit
    let wasIdle = queue.isEmpty
    switch what {
    case .campaign: handle(.campaign, mutation, &outcome)
    case .receive(let message, let sender): receive(message, sender, mutation, &outcome)
    case .fire(let name):
      timers.remove(name)
      handle(.timer(name), mutation, &outcome)
    case .disk: finish(queue.removeFirst(), mutation, &outcome)
    case .diskVote:
      if let position = firstVote { finish(queue.remove(at: position), mutation, &outcome) }
    case .write(let sequence): handle(.propose(Self.proposal(sequence)), mutation, &outcome)
    case .crash(let done):
      for request in queue.prefix(done) { _ = complete(request) }
      queue = []
      replica = Self.replica(replica.id, log: log, term: durableTerm)
      start(&outcome)
      return outcome
    }
    while isPrompt, wasIdle, !queue.isEmpty { finish(queue.removeFirst(), mutation, &outcome) }
    // A lease that has ended already ends no more.
    if !replica.leaderIsFresh { timers.remove(.lease) }
    if replica.commit < before {
      outcome.facts.append(.trouble("\(replica.id) takes back its commit, from \(before)"))
    }
    return outcome
  }

  private static func proposal(_ sequence: UInt64) -> Proposal {
    var proposal = Proposal()
    let (key, value) = ([UInt8]("k".utf8), [UInt8]("\(sequence)".utf8))
    key.withUnsafeBytes { key in
      value.withUnsafeBytes { value in
        proposal.spans.append(
          ClientWrite.encode(
            session: 1, sequence: sequence, key: key, value: value, into: &proposal.bytes))
      }
    }
    proposal.origins.append(WriteOrigin(session: 1, sequence: sequence))
    return proposal
  }

  /// Hands a message over; without the check of terms, one from below is taken for one of this term.
  private mutating func receive(
    _ message: Message, _ sender: NodeID, _ mutation: ModelMutation?, _ outcome: inout Outcome
  ) {
    guard mutation == .termsIgnored, replica.role == .follower,
      case .append(let term, let batches, let previous, let commit, let round, let forced) =
        message, term < replica.term
    else { return handle(.message(message, from: sender), mutation, &outcome) }
    let raised = Message.append(
      term: replica.term, batches: batches, previous: previous, commit: commit, round: round,
      forced: forced)
    handle(.message(raised, from: sender), mutation, &outcome)
    for position in outcome.sends.indices where outcome.sends[position].to == sender {
      if case .appendReply(_, let positions, let round) = outcome.sends[position].message {
        outcome.sends[position].message = .appendReply(
          term: term, positions: positions, round: round)
      }
    }
  }

  private mutating func handle(
    _ event: ReplicaEvent, _ mutation: ModelMutation?, _ outcome: inout Outcome
  ) {
    var effects: [Effect] = []
    replica.handle(event, into: &effects)
    if mutation == .earlierTermsCounted, let office = replica.leadership {
      replica.leadership = office.countingEarlierTerms
    }
    carryOut(effects, mutation, &outcome)
  }

  private mutating func carryOut(
    _ effects: [Effect], _ mutation: ModelMutation?, _ outcome: inout Outcome
  ) {
    for effect in effects {
      switch effect {
      case .append(let batch): queue.append(.flush(batch))
      case .saveVote(let term, _): queue.append(.saveVote(term))
      case .truncate(let point): queue.append(.truncate(point))
      case .readLog(let after, let purpose): queue.append(.readLog(after: after, purpose))
      case .readCheckpoint(let index, let purpose):
        queue.append(.readCheckpoint(atOrBelow: index, purpose))
      case .install(let checkpoint): queue.append(.install(checkpoint))
      case .setTimer(let name, _): timers.insert(name)
      case .setFollowerTimers: timers.formUnion([.election, .lease])
      case .cancelTimer(let name): timers.remove(name)
      case .send(let message, let receiver):
        outcome.facts += brokenPromises(message)
        outcome.sends.append((message, receiver))
      case .acknowledge(_, _, _, let through): outcome.facts.append(certain(through))
      case .committed(let index, _): outcome.facts.append(certain(index))
      case .notice(let notice): take(notice, &outcome)
      case .refuse, .abandon, .answer, .applied, .internalRecord: break
      }
    }
    // What is not waited for is told at once, and left to the disk.
    for effect in effects {
      switch (effect, mutation) {
      case (.saveVote(let term, _), .votesNotDurable): handle(.voteSaved(term), mutation, &outcome)
      case (.append(let batch), .flushesNotDurable):
        handle(.flushed(batch.last), mutation, &outcome)
      default: break
      }
    }
  }

  private mutating func finish(
    _ request: MemberDisk.Request, _ mutation: ModelMutation?, _ outcome: inout Outcome
  ) {
    if case .saveVote(let term) = request, term <= durableTerm {
      outcome.facts.append(.trouble("\(replica.id) votes in \(term) after \(durableTerm)"))
    }
    let event = complete(request)
    switch (request, mutation) {
    case (.saveVote, .votesNotDurable), (.flush, .flushesNotDurable): break
    default: handle(event, mutation, &outcome)
    }
  }

  private mutating func complete(_ request: MemberDisk.Request) -> ReplicaEvent {
    switch request {
    case .flush(let batch):
      log.append(contentsOf: batch)
      return .flushed(log.last)
    case .saveVote(let term):
      durableTerm = term
      return .voteSaved(term)
    case .truncate(let point):
      log = log.prefix(through: point.index)
      return .truncated(to: point)
    case .readLog(let after, let purpose):
      return .records(log.suffix(after: after), purpose: purpose)
    case .readCheckpoint(_, let purpose): return .checkpoint(nil, purpose: purpose)
    case .install: preconditionFailure("no checkpoint has a place in this model")
    }
  }

  // MARK: What is looked at

  private func certain(_ index: Index) -> ModelFact {
    guard let point = replica.window.point(at: index) else {
      return .trouble("\(replica.id) knows \(index) to be committed, and does not hold it")
    }
    return .certain(point, byLeader: replica.leadership?.term)
  }

  /// What a message says that the disk does not bear out.
  private func brokenPromises(_ message: Message) -> [ModelFact] {
    switch message {
    case .voteReply(let term, granted: true) where durableTerm < term:
      [.broken("\(replica.id) grants \(term), which is not durable")]
    case .appendReply(let term, let positions, _)
    where positions != .none && (durableTerm < term || positions.flushed > log.last.index):
      [.broken("\(replica.id) answers what is not durable")]
    default: []
    }
  }

  private func take(_ notice: Notice, _ outcome: inout Outcome) {
    outcome.notices.append(notice)
    switch notice {
    case .elected(let term, _, _, _): outcome.facts.append(.elected(term))
    case .commitRolledBack(let from, let to):
      outcome.facts.append(
        .trouble("\(replica.id) takes back committed records \(to.next) to \(from)"))
    case .chainDiffers(let index, let term):
      outcome.facts.append(
        .trouble("\(replica.id) holds another record \(index) of term \(term)"))
    default: break
    }
  }
}

extension Leadership {
  /// The same office, in which what earlier terms left counts like its own records.
  fileprivate var countingEarlierTerms: Leadership {
    var other = Leadership(
      term: term, first: Index(1), acknowledged: acknowledged, isForced: isForced,
      progress: progress)
    other.isDegraded = isDegraded
    other.switchover = switchover
    other.waiting = waiting
    other.round = round
    other.commitBefore = commitBefore
    return other
  }
}
