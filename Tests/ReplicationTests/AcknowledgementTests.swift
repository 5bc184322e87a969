import Positions
import Testing

@testable import Replication

/// The arithmetic of acknowledgement beside an oracle that counts copies record by record.
@Suite struct AcknowledgementTests {
  static let leader = NodeID(1)

  static func follower(_ number: Int, _ random: inout Chance) -> Progress {
    var progress = Progress(node: NodeID(number), sent: .origin)
    let received = UInt64.random(in: 0...12, using: &random)
    let flushed = UInt64.random(in: 0...received, using: &random)
    // What is committed elsewhere may show before it is flushed here.
    let applied = UInt64.random(in: 0...received, using: &random)
    progress.positions.received = Index(received)
    progress.positions.flushed = Index(flushed)
    progress.positions.applied = Index(applied)
    progress.isActive = Bool.random(using: &random)
    progress.wasActive = Bool.random(using: &random)
    return progress
  }

  static func rule(_ nodes: [NodeID], _ random: inout Chance) -> AcknowledgementRule {
    let list = nodes.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random))
    let count = Int.random(in: 1...3, using: &random)
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return .asynchronous
    case 1: return .first(count, of: Array(list))
    case 2: return .any(count, of: Array(list))
    case 3: return .all
    default: return .majority
    }
  }

  /// Whether `follower` has record `index` in the way that `waitFor` asks for.
  static func has(_ follower: Progress, _ index: Index, _ waitFor: Durability) -> Bool {
    switch waitFor {
    case .received: follower.positions.received >= index
    case .flushed: follower.positions.flushed >= index
    case .applied:
      follower.positions.applied >= index && follower.positions.flushed >= index
    }
  }

  /// Whether the rule lets the leader acknowledge record `index`.
  static func permits(
    _ rule: AcknowledgementRule, _ index: Index, own: Index, _ waitFor: Durability,
    _ progress: [Progress], _ members: Membership
  ) -> Bool {
    guard own >= index else { return false }
    let holders = progress.filter { has($0, index, waitFor) }.map(\.node)
    switch rule {
    case .asynchronous: return true
    case .all:
      return progress.allSatisfy {
        !members.voters.contains($0.node) || holders.contains($0.node)
      }
    case .majority:
      let copies = (holders + [leader]).filter { members.voters.contains($0) }
      return 2 * copies.count > members.voters.count
    case .any(let count, let list):
      let counted = list.isEmpty ? members.voters : list
      return holders.filter { counted.contains($0) }.count >= count
    case .first(let count, let list):
      let order = list.isEmpty ? members.voters : list
      let chosen = order.filter { node in progress.contains { $0.node == node && $0.answers } }
        .prefix(count)
      return chosen.count == count && chosen.allSatisfy { holders.contains($0) }
    }
  }

  @Test func theGreatestRecordThatTheRuleLetsPassIsAcknowledged() {
    var random = Chance(seed: 1)
    for _ in 0..<20_000 {
      let nodes = (2...Int.random(in: 2...7, using: &random)).map { NodeID($0) }
      let progress = nodes.map { Self.follower(Int($0.number), &random) }
      // Some only learn; at times the leader itself has no vote.
      let voters = nodes.filter { _ in Int.random(in: 0..<5, using: &random) > 0 }
      let leads = Int.random(in: 0..<8, using: &random) > 0 || voters.isEmpty
      let members = Membership(
        voters: voters + (leads ? [Self.leader] : []),
        learners: nodes.filter { !voters.contains($0) })
      let rule = Self.rule(nodes, &random)
      let waitFor = [Durability.received, .flushed, .applied].randomElement(using: &random)
      let own = Index(UInt64.random(in: 0...12, using: &random))
      guard let waitFor else { continue }
      let found = AcknowledgementRules.acknowledged(
        by: rule, waitFor: waitFor, own: own, progress: progress, membership: members,
        leader: Self.leader)
      let wanted = (1...12).map { Index($0) }.last {
        Self.permits(rule, $0, own: own, waitFor, progress, members)
      }
      #expect(found == wanted ?? .zero, "\(rule) \(waitFor) own \(own) \(members) \(progress)")
      if found != wanted ?? .zero { return }
    }
  }

  @Test func committedMeansOnTheDisksOfMoreThanHalfOfTheVoters() {
    var random = Chance(seed: 2)
    for _ in 0..<20_000 {
      let nodes = (2...Int.random(in: 2...7, using: &random)).map { NodeID($0) }
      let progress = nodes.map { Self.follower(Int($0.number), &random) }
      let voters = nodes.filter { _ in Bool.random(using: &random) }
      let leads = Bool.random(using: &random) || voters.isEmpty
      let members = Membership(
        voters: voters + (leads ? [Self.leader] : []),
        learners: nodes.filter { !voters.contains($0) })
      let own = Index(UInt64.random(in: 0...12, using: &random))
      let found = AcknowledgementRules.committed(
        own: own, progress: progress, membership: members, leader: Self.leader)
      let wanted = (1...12).map { Index($0) }.last { index in
        let copies =
          progress.filter { voters.contains($0.node) && $0.positions.flushed >= index }.count
          + (leads && own >= index ? 1 : 0)
        return 2 * copies > members.voters.count
      }
      #expect(found == wanted ?? .zero, "own \(own) \(members) \(progress)")
      if found != wanted ?? .zero { return }
    }
  }

  @Test func tooFewFollowersAcknowledgeNothing() {
    let members = Membership(voters: [NodeID(1), NodeID(2)])
    var random = Chance(seed: 3)
    let progress = [Self.follower(2, &random)]
    for rule in [AcknowledgementRule.any(2, of: []), .first(2, of: []), .any(1, of: [NodeID(3)])] {
      let found = AcknowledgementRules.acknowledged(
        by: rule, waitFor: .received, own: Index(9), progress: progress, membership: members,
        leader: Self.leader)
      #expect(found == .zero, "\(rule)")
    }
  }
}
