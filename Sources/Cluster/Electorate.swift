import Operations
import Positions
import Replication
import World

/// Who votes, who runs and who hears whom, taken once for a snapshot: among a hundred nodes every
/// one is asked about every other.
struct Electorate: Sendable {
  /// What counts of a node here.
  private struct Elector: Sendable {
    var isRunning = false
    var isVoter = false
    var isSuspect = false
    var head: LogPoint?
  }

  /// The members with a vote.
  let voters: [NodeID]
  /// Who leads, if anybody does.
  let leader: NodeID?
  /// How many votes a promotion needs.
  let needed: Int
  private let electors: [Elector]
  private let network: Network

  init<W: World>(_ cluster: Cluster<W>) {
    leader = cluster.leader
    voters = cluster.voters
    network = cluster.network
    electors = cluster.nodes.indices.map { offset in
      guard cluster.nodes[offset].isMember else { return Elector() }
      var elector = Elector(isRunning: cluster.nodes[offset].isRunning)
      elector.isVoter = cluster.nodes[offset].replica?.isVoter ?? false
      elector.isSuspect = cluster.nodes[offset].replica?.isSuspect ?? false
      elector.head = cluster.nodes[offset].replica?.head
      return elector
    }
    let majority = voters.count / 2 + 1
    needed =
      switch (cluster.knobs.promotionNeeds, cluster.knobs.acknowledgement) {
      case (.none, _): 1
      case (_, .any(let copies, _)), (_, .first(let copies, _)):
        max(majority, voters.count - copies)
      default: majority
      }
  }

  /// Whether two nodes run and hear each other.
  func converse(_ one: NodeID, _ other: NodeID) -> Bool {
    electors[one.offset].isRunning && electors[other.offset].isRunning
      && (one == other
        || !network.isCut(from: one, to: other) && !network.isCut(from: other, to: one))
  }

  /// The voters that hear a node and would vote: those whose logs may have lost their tail do not.
  func electors(around node: NodeID) -> [NodeID] {
    voters.filter { converse(node, $0) && !electors[$0.offset].isSuspect }
  }

  /// Whether a node could win an election, were the present leader gone.
  func electability(of id: NodeID) -> Electability {
    let node = electors[id.offset]
    guard node.isRunning, let head = node.head else { return .no("not running") }
    if id == leader { return .yes }
    if !node.isVoter { return .no("no vote yet") }
    if node.isSuspect { return .no("its log may have lost its tail") }
    let around = electors(around: id).filter { $0 != leader }
    if around.count < needed {
      return .no("\(around.count) of \(needed) votes\(leader.map { " without \($0)" } ?? "")")
    }
    let ahead = around.first { other in
      electors[other.offset].head.map { head.isLessAdvanced(than: $0) } ?? false
    }
    return ahead.map { .no("its log is behind \($0)") } ?? .yes
  }

  /// Why nobody leads.
  func waiting(automatic: Bool) -> String {
    let running = voters.filter { electors[$0.offset].isRunning }
    if running.isEmpty { return "no voter runs; r restarts one" }
    if running.contains(where: { electability(of: $0) == .yes }) {
      return automatic ? "no leader yet" : "no leader; failover is manual"
    }
    let reach = running.map { electors(around: $0).count }.max() ?? 0
    return "no leader; \(reach) of \(needed) votes"
  }
}
