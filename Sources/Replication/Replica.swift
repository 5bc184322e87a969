import Collections
import Positions
import Records

/// What part a replica plays.
public enum ReplicaRole: Equatable, Sendable {
  /// It follows, or waits for a leader.
  case follower
  /// It asks to be elected.
  case candidate
  /// It leads.
  case leader
}

/// Where a replica starts: what its files gave back.
public struct ReplicaOrigin: Sendable {
  /// The newest durable term.
  public var term: Term
  /// The kept log's terms.
  public var history: TermHistory
  /// The kept log's newest records.
  public var window: LogWindow
  /// The state as of its newest checkpoint.
  public var state: KeyValueState
  /// The point that the state shows.
  public var applied: LogPoint
  /// Memberships by the index that brought them, in order; the first is the one at the beginning.
  public var memberships: [MembershipEntry]
  /// Whether the log may have lost its tail: no vote until a leader has told the head.
  public var isSuspect: Bool

  /// An origin with these parts.
  public init(
    term: Term, history: TermHistory, window: LogWindow, state: KeyValueState, applied: LogPoint,
    memberships: [MembershipEntry], isSuspect: Bool
  ) {
    self.term = term
    self.history = history
    self.window = window
    self.state = state
    self.applied = applied
    self.memberships = memberships
    self.isSuspect = isSuspect
  }
}

/// A membership and the record that brought it.
public struct MembershipEntry: Equatable, Sendable {
  /// The record's index; zero for the members at the cluster's beginning.
  public var index: Index
  /// The members.
  public var membership: Membership

  /// The members from `index` on.
  public init(index: Index, membership: Membership) {
    self.index = index
    self.membership = membership
  }
}

/// One replica under a single leader: a value that takes events and says what should happen.
///
/// It opens no file, reads no clock, draws no random number. Its shell carries the effects out in
/// order, and hands back as events what comes of them.
public struct Replica: Sendable {
  /// Which member this is.
  public let id: NodeID
  /// The knobs.
  public internal(set) var policy: Policy
  /// The newest term this replica has promised to.
  public internal(set) var term: Term
  /// Its part.
  public internal(set) var role = ReplicaRole.follower
  /// The leader it knows; itself when it leads.
  public internal(set) var leader: NodeID?
  /// Which term wrote which indices of its log.
  public internal(set) var history: TermHistory
  /// The newest records in memory; its `last` is the log's end.
  public internal(set) var window: LogWindow
  /// The end of what is durable.
  public internal(set) var flushed: LogPoint
  /// The end of what the operating system has.
  public internal(set) var written: LogPoint
  /// What it knows to be committed.
  public internal(set) var commit = Index.zero
  /// The state.
  public internal(set) var state: KeyValueState
  /// The point that the state shows.
  public internal(set) var applied: LogPoint
  /// Memberships, in order of index.
  public internal(set) var memberships: [MembershipEntry]
  /// Whether the log may have lost its tail.
  public internal(set) var isSuspect: Bool
  /// Whether the state is being rebuilt below a fork.
  public internal(set) var isRebuilding = false
  /// Whether nothing is left here to rebuild it from: only a leader's checkpoint helps.
  var lacksBase = false
  /// What a leader knows and no other replica does.
  public internal(set) var leadership: Leadership?

  var candidacy: Candidacy?
  /// Whether a leader was heard within the election timeout.
  var leaderIsFresh = false
  /// Votes handed to the disk and not yet durable.
  var votesInFlight = 0
  /// Promises that wait until the vote is durable.
  var held: [(message: Message, to: NodeID)] = []
  /// The last record known to be shared with the present leader.
  var matched = LogPoint.origin
  /// Where a truncation that is under way cuts.
  var truncating: LogPoint?
  /// The append that made the truncation necessary.
  var stashed: (message: Message, from: NodeID)?
  /// The round of the newest append, which replies name.
  var lastRound: UInt64 = 0
  /// The checkpoint that is being installed.
  var installing: Installation?
  /// Whether records to apply are being read back.
  var isReadingToApply = false
  /// Reads that wait for the state to show an index.
  var parked: [ParkedRead] = []
  /// Linearizable reads that wait for the leader's word.
  var asked: [ReadRequest] = []
  var isDiskFull = false

  /// A checkpoint that replaces the log, and who sent it: what it says is shared with that leader only.
  struct Installation: Sendable {
    var checkpoint: StateCheckpoint
    var leader: NodeID?
    var term: Term
  }

  /// A read that waits until `index` is applied.
  struct ParkedRead: Sendable {
    var request: ReadRequest
    var index: Index
  }

  /// A replica that starts from what its files gave.
  public init(id: NodeID, policy: Policy, origin: ReplicaOrigin) {
    self.id = id
    self.policy = policy
    term = origin.term
    history = origin.history
    window = origin.window
    flushed = origin.window.last
    written = origin.window.last
    state = origin.state
    applied = origin.applied
    commit = origin.applied.index
    memberships = origin.memberships
    isSuspect = origin.isSuspect
    if isPlanted(.checkpointsForgetSessions) { state.forgetSessions() }
  }

  /// The log's end.
  public var head: LogPoint { window.last }

  /// The members now.
  public var membership: Membership {
    memberships.last?.membership ?? Membership(voters: [])
  }

  /// Whether this replica has a vote.
  public var isVoter: Bool { membership.voters.contains(id) }

  /// Sets the timers a new replica needs.
  public mutating func start(into effects: inout [Effect]) {
    // A log mended with peers' records may end in a newer term than this replica ever promised to.
    if head.term > term { raise(to: head.term, votedFor: nil, into: &effects) }
    effects.append(.setTimer(.election, policy.electionTimeout))
    applyWhatShows(into: &effects)
  }

  /// Takes one event and appends to `effects` what should happen, in order.
  public mutating func handle(_ event: ReplicaEvent, into effects: inout [Effect]) {
    switch event {
    case .message(let message, let sender): receive(message, from: sender, into: &effects)
    case .timer(let name): timerFired(name, into: &effects)
    case .flushed(let point): becameDurable(point, into: &effects)
    case .written(let point): becameWritten(point, into: &effects)
    case .voteSaved: voteSaved(into: &effects)
    case .truncated(let point): truncated(to: point, into: &effects)
    case .records(let batch, let purpose): recordsRead(batch, for: purpose, into: &effects)
    case .checkpoint(let found, let purpose): checkpointRead(found, for: purpose, into: &effects)
    case .installed(let point): installed(point, into: &effects)
    case .propose(let proposal): propose(proposal, into: &effects)
    case .read(let request): read(request, into: &effects)
    case .forgetRead(let id): forgetRead(id)
    case .campaign: askForVotes(into: &effects)
    case .resume: resume(into: &effects)
    case .promote(let floor): promoteByForce(above: floor, into: &effects)
    case .switchover(let target): beginSwitchover(to: target, into: &effects)
    case .addMember(let node): changeMembers(.add(node), into: &effects)
    case .removeMember(let node): changeMembers(.remove(node), into: &effects)
    case .policyChanged(let policy): adopt(policy, into: &effects)
    case .diskFull(let isFull):
      isDiskFull = isFull
      tellLeader(into: &effects)
    case .logBegins(let point): history.begin(after: point)
    }
  }

  private mutating func receive(
    _ message: Message, from sender: NodeID, into effects: inout [Effect]
  ) {
    switch message {
    case .preVoteRequest(let proposed, let head):
      answerPreVote(proposed, head: head, from: sender, into: &effects)
    case .preVoteReply(let proposed, let granted, let head, let suspect, let term):
      countPreVote(
        proposed,
        Candidacy.Reply(node: sender, granted: granted, head: head, isSuspect: suspect),
        term: term, into: &effects)
    case .voteRequest(let term, let head, let grounds):
      answerVote(term, head: head, grounds: grounds, from: sender, into: &effects)
    case .voteReply(let term, let granted):
      countVote(term, granted: granted, from: sender, into: &effects)
    case .campaign(let term, let transfer):
      askedToCampaign(term, transfer: transfer, into: &effects)
    case .append, .installCheckpoint:
      follow(message, from: sender, into: &effects)
    case .appendReply(let term, let positions, let round):
      heard(term, positions, round: round, from: sender, into: &effects)
    case .mismatch(let term, let refused, let history, let round):
      mend(term, refused: refused, history, round: round, from: sender, into: &effects)
    case .readIndexRequest(let id): readIndexAsked(id, from: sender, into: &effects)
    case .readIndexReply(let id, let index): readIndexTold(id, index, into: &effects)
    case .repairRequest(let after):
      effects.append(.readLog(after: after, purpose: .repair(of: sender)))
    // A running replica's log is whole; its shell mends a damaged one.
    case .repairReply, .repairDropped: break
    }
  }

  private mutating func timerFired(_ name: TimerName, into effects: inout [Effect]) {
    switch name {
    case .election: electionTimedOut(into: &effects)
    case .lease: leaderIsFresh = false
    case .candidacy: candidacyTimedOut(into: &effects)
    case .heartbeat: beat(into: &effects)
    case .checkQuorum: checkQuorum(into: &effects)
    case .degrade: degradeTimeIsOver(into: &effects)
    case .switchover: switchoverTimedOut(into: &effects)
    }
  }

  private mutating func adopt(_ new: Policy, into effects: inout [Effect]) {
    let isStricter = new.syncsEveryBatch && !policy.syncsEveryBatch
    policy = new
    if role == .leader {
      if isStricter { askAnew(into: &effects) }
      effects.append(.setTimer(.heartbeat, policy.heartbeat))
      effects.append(.setTimer(.checkQuorum, policy.electionTimeout))
      if leadership?.isDegraded == true, policy.degradeAfter == nil {
        restorePolicy(into: &effects)
      }
      if let after = policy.degradeAfter, leadership?.waiting.isEmpty == false {
        effects.append(.setTimer(.degrade, after))
      }
      advance(into: &effects)
    } else {
      effects.append(.setTimer(.election, policy.electionTimeout))
    }
    applyWhatShows(into: &effects)
  }

  /// Sends a promise once everything promised so far is durable.
  mutating func promise(_ message: Message, to node: NodeID, into effects: inout [Effect]) {
    if votesInFlight == 0 || isPlanted(.votesAreSentBeforeDurable) {
      effects.append(.send(message, to: node))
    } else {
      held.append((message, node))
    }
  }

  /// Raises the term, durably, and forgets what belonged to the old one.
  mutating func raise(to newTerm: Term, votedFor: NodeID?, into effects: inout [Effect]) {
    assert(newTerm > term, "terms only rise")
    term = newTerm
    matched = .origin
    votesInFlight += 1
    effects.append(.saveVote(newTerm, votedFor: votedFor))
  }

  private mutating func voteSaved(into effects: inout [Effect]) {
    votesInFlight -= 1
    guard votesInFlight == 0 else { return }
    let ready = held
    held = []
    for promise in ready { effects.append(.send(promise.message, to: promise.to)) }
    ownVoteIsDurable(into: &effects)
  }

  /// Takes a place behind `newLeader` (nil: nobody yet), giving up whatever office it held.
  mutating func becomeFollower(
    of newLeader: NodeID?, why: String, into effects: inout [Effect]
  ) {
    if role == .leader { leaveOffice(why: why, leader: newLeader, into: &effects) }
    role = .follower
    candidacy = nil
    effects.append(.cancelTimer(.candidacy))
    if leader != newLeader {
      leader = newLeader
      if let newLeader { effects.append(.notice(.follows(newLeader, term))) }
    }
    effects.append(.setTimer(.election, policy.electionTimeout))
  }
}

extension Replica {
  /// The members as of the record at `index`.
  public func membership(at index: Index) -> Membership {
    memberships.last { $0.index <= index }?.membership ?? membership
  }
}
