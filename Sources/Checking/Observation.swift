import Positions

/// How many copies an acknowledgement waits for.
public enum AckRule: Equatable, Sendable {
  /// The leader's own.
  case asynchronous
  /// The leader's and those of the first K of a list that run.
  case first(Int, of: [NodeID])
  /// The leader's and those of any K followers, of the list when it is not empty.
  case any(Int, of: [NodeID])
  /// All members'.
  case all
  /// A majority of the voters'.
  case majority
}

/// How durable a copy must be to count.
public enum AckDurability: Equatable, Sendable {
  /// In memory.
  case received
  /// On the disk.
  case flushed
  /// In the state, and on the disk.
  case applied
}

/// What an acknowledgement promises.
public struct AckRequirement: Equatable, Sendable {
  /// How many copies.
  public var rule: AckRule
  /// How durable the followers' are.
  public var durability: AckDurability
  /// Whether disks are synced by time, after the acknowledgement.
  public var periodicSync: Bool

  /// A requirement.
  public init(rule: AckRule, durability: AckDurability, periodicSync: Bool) {
    self.rule = rule
    self.durability = durability
    self.periodicSync = periodicSync
  }
}

/// What a read promises its session.
public enum SessionGuarantee: Equatable, Sendable {
  /// Nothing.
  case none
  /// It shows the session's own writes.
  case readYourWrites
  /// It shows no less than the session's reads before.
  case monotonic
  /// It shows everything acknowledged or read before it began.
  case linearizable
}

/// A stretch of a leader's log: records of `term` up to `through`.
public struct TermSpan: Equatable, Sendable {
  /// The term that wrote it.
  public var term: Term
  /// Its last record.
  public var through: Index

  /// A stretch.
  public init(term: Term, through: Index) {
    self.term = term
    self.through = through
  }
}

/// A write that was cut off a log, as its rollback file has it.
public struct DiscardedWrite: Equatable, Sendable {
  /// Its record's index.
  public var index: Index
  /// Its record's term.
  public var term: Term
  /// The key.
  public var key: String
  /// Whose write it was.
  public var session: UInt64
  /// Which of that session's.
  public var sequence: UInt64

  /// A write.
  public init(index: Index, term: Term, key: String, session: UInt64, sequence: UInt64) {
    self.index = index
    self.term = term
    self.key = key
    self.session = session
    self.sequence = sequence
  }
}

/// Something that was seen from outside the protocol; all that the checker ever learns.
public enum Observation: Sendable {
  /// What the knobs permit from here on.
  case policyChanged(
    AckRequirement, voters: [NodeID], members: [NodeID], fencing: Bool, checkQuorum: Bool,
    promotionNeedsMajority: Bool)
  /// A node runs from its files.
  case started(node: NodeID, flushed: LogPoint, term: Term, isNew: Bool)
  /// A node's process ended.
  case crashed(node: NodeID)
  /// A node's disk was lost.
  case wiped(node: NodeID)
  /// A bit of what a node's disk keeps was flipped. Damage among the newest records cannot be told from
  /// a torn tail, and costs them.
  case spoiled(node: NodeID)
  /// A write of a node's lands elsewhere: what it should have kept, and what stood there, is gone, and
  /// with it perhaps all that says so.
  case misplaced(node: NodeID)
  /// A node found its log damaged behind a record, and asks its peers for what follows.
  case damaged(node: NodeID, after: Index)
  /// A node set its damaged log aside, all of it, and begins anew; its vote file is whole.
  case abandoned(node: NodeID)
  /// A node's disk failed to write or to sync what it was told to keep.
  case diskFailed(node: NodeID)
  /// It mends its log with a peer's records.
  case mended(node: NodeID)
  /// A node that starts may have lost the end of its log: it has no vote until a leader vouches for it.
  case doubtful(node: NodeID)
  /// A leader has vouched for it, or it was elected.
  case trusted(node: NodeID)
  /// A node's processor stands still.
  case frozen(node: NodeID)
  /// It goes on.
  case thawed(node: NodeID)
  /// Everything through here is durable on a node.
  case durable(node: NodeID, point: LogPoint)
  /// A checkpoint, durable, has replaced a node's whole log.
  case installed(node: NodeID, point: LogPoint)
  /// Everything through here was handed to a node's operating system.
  case written(node: NodeID, point: LogPoint)
  /// A node took records into its log, in memory.
  case appended(node: NodeID, point: LogPoint)
  /// A vote became durable.
  case voted(node: NodeID, term: Term, for: NodeID?)
  /// A node tells a candidate that it has its vote.
  case granted(node: NodeID, term: Term, to: NodeID)
  /// A node asks for votes.
  case campaigned(node: NodeID, term: Term, because: CampaignReason)
  /// A node tells the leader of `term` through which record its log, shared with it, is durable.
  case reported(node: NodeID, flushed: Index, term: Term)
  /// Whose copies a leader counts from now on.
  case voters(of: NodeID, [NodeID])
  /// A node leads; `history` is its log, stretch by stretch. Where retention dropped the log's
  /// beginning, `origin` is the last record dropped, and the first stretch ends there. `votes` counts
  /// those it was elected with, its own included, where that is known.
  case elected(
    node: NodeID, term: Term, history: [TermSpan], head: LogPoint, forced: Bool,
    origin: Index = .zero, votes: Int? = nil)
  /// A node leads no more.
  case steppedDown(node: NodeID, term: Term)
  /// Clients were told that their writes, `writes` of them, the last at `through`, are safe.
  case acknowledged(leader: NodeID, term: Term, through: Index, writes: Int)
  /// A node knows that everything through here is committed.
  case committed(node: NodeID, index: Index, term: Term)
  /// A record that no client wrote.
  case internalRecord(term: Term, index: Index)
  /// A node's state shows everything through here.
  case applied(node: NodeID, point: LogPoint, stateHash: UInt64)
  /// A node begins to cut its log, or to replace it by a checkpoint: should its process end now, that
  /// may have been done or not.
  case cutting(node: NodeID, to: Index)
  /// A node cut its log; what was cut is in its rollback file.
  case truncated(node: NodeID, to: LogPoint, discarded: [DiscardedWrite])
  /// A node took back what it knew to be committed.
  case commitRolledBack(node: NodeID, from: Index, to: Index)
  /// A node is sent a checkpoint through `through`, to replace its log with.
  case checkpointSent(to: NodeID, through: Index)
  /// Two logs have equal (index, term) and unequal chains.
  case chainDiffers(node: NodeID, index: Index, term: Term)
  /// A leader acknowledges alone, since its followers are silent.
  case degraded(leader: NodeID)
  /// It keeps its policy again.
  case restored(leader: NodeID)
  /// A client asks.
  case readInvoked(id: UInt64, session: UInt64, keyHash: UInt64, guarantee: SessionGuarantee)
  /// It is answered: the version's record (zero when there was none), and how far the state was.
  case readReturned(
    id: UInt64, servedBy: NodeID, versionIndex: Index, versionTerm: Term, appliedThrough: Index)
  /// It is given up.
  case readForgotten(id: UInt64)
  /// A client's writes reach a node.
  case asked(node: NodeID)
  /// The operator wants another node to lead.
  case handover
  /// After how much silence followers campaign, and whether they do so by themselves.
  case timing(electionTimeout: Interval, automatic: Bool)
  /// A look around: how the nodes stand that ``Checker/watched`` names.
  case looked([Standing])
}

/// Why a node asks for votes.
public enum CampaignReason: Equatable, Sendable {
  /// It hears no leader.
  case silence
  /// Too many logs are in doubt: everybody's vote is needed.
  case doubt
  /// A leader, or the operator, hands over to it.
  case handover
}

/// How a node stands with the others, by what its machine, its disk and its links suffer from.
public struct Standing: Equatable, Sendable {
  /// Which node.
  public var node: NodeID
  /// Who runs, itself included, where nothing is wrong with processors and disks, nor with the links
  /// both ways; empty when something is wrong with itself.
  public var hears: [NodeID]
  /// Who runs, itself included, and is not cut off from it, however slow disks and links are; empty
  /// when it does not run.
  public var reaches: [NodeID]

  /// A standing.
  public init(node: NodeID, hears: [NodeID], reaches: [NodeID]) {
    self.node = node
    self.hears = hears
    self.reaches = reaches
  }
}
