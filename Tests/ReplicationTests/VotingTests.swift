import Positions
import Records
import Replication
import Testing

/// What a single replica says to a single message, where no history of a cluster would lead it.
@Suite struct VotingTests {
  static let first = Term(epoch: 1, node: NodeID(1))
  static let second = Term(epoch: 2, node: NodeID(2))

  /// n3 of three, with `count` records of term 1 on its disk.
  static func replica(
    records count: Int, isSuspect: Bool = false, voters: Int = 3, policy: Policy = Policy()
  ) -> Replica {
    var log = RecordBatch(after: .origin)
    for number in 0..<count { log.append(kind: .write, term: first, payload: [UInt8(number)]) }
    var member = Member(id: NodeID(3))
    member.disk.log = log
    member.disk.term = first
    return Replica(
      id: NodeID(3), policy: policy,
      origin: member.origin(
        members: Membership(voters: (1...voters).map { NodeID($0) }), isSuspect: isSuspect,
        isCold: false))
  }

  /// What it sends once its vote is durable.
  static func replies(_ replica: inout Replica, to message: Message) -> [Message] {
    var effects: [Effect] = []
    replica.handle(.message(message, from: NodeID(2)), into: &effects)
    for case .saveVote(let term, _) in effects {
      replica.handle(.voteSaved(term), into: &effects)
    }
    return effects.compactMap { effect in
      if case .send(let message, to: NodeID(2)) = effect { message } else { nil }
    }
  }

  static func head(_ index: UInt64, _ term: Term = first) -> LogPoint {
    LogPoint(index: Index(index), term: term, chain: .empty, end: LSN(index * 72))
  }

  @Test func nobodyWithLessIsVotedFor() {
    // Its own log ends in record 3 of term 1.
    let cases: [(LogPoint, Bool)] = [
      (Self.head(2), false), (Self.head(3), true), (Self.head(4), true),
      (Self.head(1, Self.second), true), (.origin, false),
      (Self.head(9, Term(epoch: 0, node: NodeID(1))), false),
    ]
    for transfer in [false, true] {
      for (head, isGranted) in cases {
        var replica = Self.replica(records: 3)
        let request = Message.voteRequest(
          term: Self.second, head: head, grounds: transfer ? .transfer : .silence)
        #expect(
          Self.replies(&replica, to: request)
            == [.voteReply(term: Self.second, granted: isGranted)], "\(head)")
        #expect(replica.term == Self.second)
      }
    }
  }

  @Test func aVoteOnceGivenIsNotGivenAgain() {
    var replica = Self.replica(records: 0)
    for term in [Self.second, Self.second, Self.first] {
      let request = Message.voteRequest(
        term: term, head: .origin, grounds: .silence)
      let isFirst = replica.term < term
      #expect(
        Self.replies(&replica, to: request)
          == [.voteReply(term: Self.second, granted: isFirst)])
    }
  }

  @Test func aSuspectVotesOnlyAmongSuspects() {
    for allSuspect in [false, true] {
      var replica = Self.replica(records: 3, isSuspect: true)
      let request = Message.voteRequest(
        term: Self.second, head: Self.head(3), grounds: allSuspect ? .allSuspect : .silence)
      #expect(
        Self.replies(&replica, to: request)
          == [.voteReply(term: Self.second, granted: allSuspect)])
      // And even then not for one with less than it has itself.
      replica = Self.replica(records: 3, isSuspect: true)
      let less = Message.voteRequest(
        term: Self.second, head: Self.head(2), grounds: allSuspect ? .allSuspect : .silence)
      #expect(
        Self.replies(&replica, to: less) == [.voteReply(term: Self.second, granted: false)])
    }
  }

  @Test func aPreVotePromisesNothing() {
    var replica = Self.replica(records: 3)
    let before = replica.term
    for index in [2, 3] as [UInt64] {
      let replies = Self.replies(
        &replica, to: .preVoteRequest(proposed: Self.second, head: Self.head(index)))
      #expect(
        replies == [
          .preVoteReply(
            proposed: Self.second, granted: index == 3, head: replica.head, suspect: false,
            term: before)
        ])
    }
    #expect(replica.term == before)
  }

  /// What n3, which holds three records, asks n2 for after both others answered its question.
  static func campaign(
    suspects: [Bool], grants: [Bool], heads: [UInt64] = [3, 3], isSuspect: Bool = false
  ) -> [CampaignGrounds] {
    var replica = Self.replica(records: 3, isSuspect: isSuspect)
    var effects: [Effect] = []
    replica.handle(.timer(.election), into: &effects)
    var proposed: Term?
    for case .send(.preVoteRequest(let term, _), _) in effects { proposed = term }
    effects = []
    for position in 0..<2 {
      let reply = Message.preVoteReply(
        proposed: proposed ?? Self.second, granted: grants[position],
        head: Self.head(heads[position]), suspect: suspects[position], term: Self.first)
      replica.handle(.message(reply, from: NodeID(position + 1)), into: &effects)
    }
    return effects.compactMap { effect in
      guard case .send(.voteRequest(_, _, let grounds), to: NodeID(2)) = effect else { return nil }
      return grounds
    }
  }

  @Test func whereTooFewAreSoundAllMustVote() {
    // Alone with two that may have lost their tails: no majority of the others can come.
    #expect(
      Self.campaign(suspects: [true, true], grants: [false, false]) == [.allSuspect])
    #expect(
      Self.campaign(suspects: [true, false], grants: [false, true], isSuspect: true)
        == [.allSuspect])
    #expect(
      Self.campaign(suspects: [true, true], grants: [false, false], isSuspect: true)
        == [.allSuspect])
    // One that is not suspect and hears a leader objects, whoever else is.
    #expect(
      Self.campaign(suspects: [true, false], grants: [false, false], isSuspect: true) == [])
    // Two that are sound elect by themselves.
    #expect(Self.campaign(suspects: [true, false], grants: [false, true]) == [.silence])
    // The most advanced of them all goes first, suspect or not.
    #expect(
      Self.campaign(suspects: [true, true], grants: [false, false], heads: [4, 3]) == [])
  }

  @Test(arguments: [
    (AcknowledgementRule.any(1, of: []), CampaignGrounds.allSuspect), (.majority, .silence),
  ])
  func whereThreeOfFiveAreSound(rule: AcknowledgementRule, grounds: CampaignGrounds) {
    // With one synchronous copy four votes are needed, and two voters in doubt give none otherwise.
    var policy = Policy()
    policy.acknowledgement = rule
    var replica = Self.replica(records: 3, voters: 5, policy: policy)
    var effects: [Effect] = []
    replica.handle(.timer(.election), into: &effects)
    var proposed: Term?
    for case .send(.preVoteRequest(let term, _), _) in effects { proposed = term }
    effects = []
    for (node, isSuspect) in [(1, true), (2, false), (4, true), (5, false)] {
      let reply = Message.preVoteReply(
        proposed: proposed ?? Self.second, granted: !isSuspect, head: Self.head(3),
        suspect: isSuspect, term: Self.first)
      replica.handle(.message(reply, from: NodeID(node)), into: &effects)
    }
    let asked = effects.compactMap { effect -> CampaignGrounds? in
      guard case .send(.voteRequest(_, _, let grounds), to: NodeID(2)) = effect else { return nil }
      return grounds
    }
    #expect(asked == [grounds])
  }

  @Test func aCheckpointOfWhatTheLogHoldsCutsNothing() {
    var replica = Self.replica(records: 3)
    let members = Membership(voters: (1...3).map { NodeID($0) })
    let replies = Self.replies(
      &replica,
      to: .installCheckpoint(
        term: Self.second, point: Self.head(2), payload: [], membership: members))
    #expect(replica.logIsSettled)
    #expect(replica.head.index == Index(3))
    guard case .appendReply(_, let positions, _)? = replies.last else {
      Issue.record("\(replies)")
      return
    }
    #expect(positions.flushed == Index(2))
  }

  @Test func whatIsNotKnownToBeSharedIsNotReported() {
    // It holds three records; the new leader spoke of the first only. Numbers 2 and 3 may be others
    // in the leader's log: reported as held, they would be counted for records that it lacks.
    var replica = Self.replica(records: 3)
    let shared = replica.window.point(at: Index(1)) ?? .origin
    for previous in [LogPoint.origin, shared] {
      let replies = Self.replies(
        &replica,
        to: .append(
          term: Self.second, batches: [], previous: previous, commit: Index(3), round: 1,
          forced: false))
      guard case .appendReply(_, let positions, _) = replies.last else {
        Issue.record("it did not answer")
        continue
      }
      #expect(positions.received == previous.index)
      #expect(positions.flushed == previous.index)
      #expect(replica.commit == previous.index)
    }
  }
}
