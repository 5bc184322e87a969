import Positions
import Records

/// A replica's timers; each stands for one thing that is waited for.
public enum TimerName: UInt8, CaseIterable, Sendable {
  /// A follower's patience with a silent leader.
  case election
  /// How long a follower takes its leader for alive; shorter than its patience.
  case lease
  /// A candidate's patience with those who have not answered.
  case candidacy
  /// The leader's next heartbeat.
  case heartbeat
  /// The leader's next look at who still answers.
  case checkQuorum
  /// The leader's patience with synchronous followers.
  case degrade
  /// The leader's patience with the target of a switchover.
  case switchover
}

/// What happens to a replica.
public enum ReplicaEvent: Sendable {
  /// Another replica's message arrived.
  case message(Message, from: NodeID)
  /// A timer ran out.
  case timer(TimerName)
  /// Everything through here is durable.
  case flushed(LogPoint)
  /// Everything through here was handed to the operating system.
  case written(LogPoint)
  /// The vote is durable.
  case voteSaved(Term)
  /// The log now ends here; what came after is in a rollback file.
  case truncated(to: LogPoint)
  /// The answer to ``Effect/readLog(after:purpose:)``; nil when those records are gone.
  case records(RecordBatch?, purpose: ReadPurpose)
  /// The answer to ``Effect/readCheckpoint(atOrBelow:purpose:)``.
  case checkpoint(StateCheckpoint?, purpose: ReadPurpose)
  /// The leader's checkpoint is durable and the log continues behind it.
  case installed(LogPoint)
  /// Clients' writes.
  case propose(Proposal)
  /// A client's read.
  case read(ReadRequest)
  /// A client gave up on a read.
  case forgetRead(UInt64)
  /// Campaign without waiting: a new cluster's first node.
  case campaign
  /// Go on leading after a restart, in a new term and without asking anybody: where nobody elects, a
  /// leader's files say that it leads (a PostgreSQL primary, a MySQL source).
  case resume
  /// The operator forces this node to lead, in a term above all that the operator has seen.
  case promote(above: Term)
  /// The operator hands leadership to another node.
  case switchover(to: NodeID)
  /// The operator adds a member (it begins as a learner).
  case addMember(NodeID)
  /// The operator removes a member.
  case removeMember(NodeID)
  /// The operator changed a knob.
  case policyChanged(Policy)
  /// The disk became full, or has room again.
  case diskFull(Bool)
  /// Retention dropped the log up to here.
  case logBegins(after: LogPoint)
}

/// A state at a point of the log.
public struct StateCheckpoint: Equatable, Sendable {
  /// The last record it shows.
  public var point: LogPoint
  /// The encoded ``KeyValueState``.
  public var payload: [UInt8]
  /// The members as of that point.
  public var membership: Membership

  /// A checkpoint.
  public init(point: LogPoint, payload: [UInt8], membership: Membership) {
    self.point = point
    self.payload = payload
    self.membership = membership
  }
}

/// What records or checkpoints are read back for.
public enum ReadPurpose: Equatable, Sendable {
  /// To send them to a follower.
  case stream(to: NodeID)
  /// To apply them here.
  case apply
  /// To rebuild the state below a fork, or after a restart.
  case rebuild
  /// To repair a peer's damaged log.
  case repair(of: NodeID)
}

/// How a read ended.
public enum ReadAnswer: Equatable, Sendable {
  /// The first key's version, nil when it was never written, and the state's last applied index.
  case value(KeyValueState.Version?, applied: Index)
  /// Not answered here; try the leader, if it is known.
  case refused(RefusalReason, leader: NodeID?)
}

/// Why a node did not take a request.
public enum RefusalReason: String, Equatable, Sendable {
  /// It does not lead.
  case notLeader = "not the leader"
  /// It hands leadership over just now.
  case switchingOver = "switching over"
  /// Its disk is full.
  case diskFull = "disk full"
  /// It rebuilds its state.
  case rebuilding = "rebuilding its state"
}

/// Something worth telling people.
public enum Notice: Equatable, Sendable {
  /// Silence for the election timeout; it asks around.
  case campaigning(Term)
  /// It lets a more advanced node go first.
  case standsAside(for: NodeID)
  /// It leads.
  case elected(Term, votes: Int, of: Int, forced: Bool)
  /// It leads no more, because of this.
  case steppedDown(Term, why: String)
  /// It follows another leader now.
  case follows(NodeID, Term)
  /// Its log parted from the leader's; the records after the fork go.
  case diverged(fork: Index, discarded: Int)
  /// The leader's log lacks what it knew to be committed, and it takes that back.
  case commitRolledBack(from: Index, to: Index)
  /// Equal (index, term), unequal chain: one of two logs is not what its node thinks.
  case chainDiffers(Index, Term)
  /// Acknowledgement fell back to asynchronous.
  case degraded
  /// The policy is kept again.
  case restored
  /// The members changed.
  case membership(Membership)
  /// The log's tail is certain again.
  case cleared
  /// A switchover was given up.
  case switchoverFailed(NodeID)
  /// It takes the leader's checkpoint, because the leader's log no longer reaches back.
  case takesCheckpoint(LogPoint)
}

/// What a replica wants done.
public enum Effect: Sendable {
  /// Take these records into the log, and flush it as the sync policy says.
  case append(RecordBatch)
  /// Make this term and vote durable.
  case saveVote(Term, votedFor: NodeID?)
  /// Save the records after this point to a rollback file and cut them off.
  case truncate(after: LogPoint)
  /// Read records back.
  case readLog(after: Index, purpose: ReadPurpose)
  /// Read the newest checkpoint at or below an index back.
  case readCheckpoint(atOrBelow: Index, purpose: ReadPurpose)
  /// Replace the log by a checkpoint.
  case install(StateCheckpoint)
  /// Send a message.
  case send(Message, to: NodeID)
  /// (Re)start a timer.
  case setTimer(TimerName, Interval)
  /// (Re)start a follower's two timers, ``TimerName/election`` and ``TimerName/lease``: it heard its
  /// leader, and does so many times a second.
  case setFollowerTimers(Interval)
  /// Stop a timer.
  case cancelTimer(TimerName)
  /// Tell these clients that their writes, through `through`, are acknowledged.
  case acknowledge([WriteOrigin], term: Term, first: Index, through: Index)
  /// Tell these clients that their writes were not taken.
  case refuse([WriteOrigin], RefusalReason, leader: NodeID?)
  /// These clients' writes are in a log whose leader lost its office: their outcome is unknown.
  case abandon([WriteOrigin], leader: NodeID?)
  /// Answer a read.
  case answer(UInt64, ReadAnswer)
  /// The state shows everything through here.
  case applied(LogPoint, hash: UInt64)
  /// Everything through here is known to be committed.
  case committed(Index, Term)
  /// A record that no client wrote is in the log.
  case internalRecord(Term, Index)
  /// Tell people.
  case notice(Notice)
}
