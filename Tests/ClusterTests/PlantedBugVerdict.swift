#if PlantedBugs
  import Operations
  import Positions
  import Replication
  import World

  @testable import Cluster

  /// How a run ends, and what must hold then.
  extension PlantedBugRun {
    mutating func heal() throws {
      for command in ["heal all", "rate 100", "read-from leader"] { try perform(command) }
      run(300)
      // A disk that was to fail its next write has by now.
      try perform("heal all")
      run(1500)
      if scene.cluster.leader == nil, !isStrict {
        // Where a promotion needs more votes than there are, only the operator can say who leads.
        let best = scene.cluster.nodes.filter { $0.isRunning && $0.replica?.isVoter == true }
          .max { ($0.replica?.flushed.index ?? .zero) < ($1.replica?.flushed.index ?? .zero) }
        if let best { try perform("promote \(best.id)") }
        run(800)
      }
      let before = scene.cluster.acknowledgedWrites
      run(600)
      if scene.cluster.acknowledgedWrites == before { problems.append("no write is acknowledged") }
      let leader = scene.cluster.leader.flatMap { scene.cluster.nodes[$0.offset].replica }
      if leader?.leadership?.isDegraded == true { problems.append("the policy is not kept again") }
      try perform("quiesce")
      var left = 8000
      while left > 0, !scene.cluster.isConverged {
        run(100)
        left -= 100
      }
      judge()
    }

    private mutating func judge() {
      let checker = scene.cluster.checker
      problems += checker.violations.map(\.text)
      if isStrict, checker.ledger.lost > 0 {
        problems.append("\(checker.ledger.lost) writes lost that a majority had")
      }
      if !scene.cluster.isConverged {
        let states = scene.cluster.nodes.filter(\.isMember).map {
          "\($0.id) \($0.status) \($0.replica?.head.index ?? .zero)/\($0.replica?.applied.index ?? .zero)"
        }
        problems.append("not converged: " + states.joined(separator: ", "))
      }
      for node in scene.cluster.nodes where node.isRunning {
        guard let replica = node.replica, replica.applied.index == replica.head.index,
          let hash = foldedHash(of: replica)
        else { continue }
        if hash != replica.state.hash {
          problems.append("\(node.id)'s state is not what its log adds up to")
        }
      }
    }

    /// The hash of what a log adds up to, every write of a session once; nil when not all of it is in
    /// memory.
    private func foldedHash(of replica: Replica) -> UInt64? {
      guard replica.window.first.index == .zero,
        let batches = replica.window.batches(after: .zero, maximumBytes: .max)
      else { return nil }
      var state = KeyValueState()
      for batch in batches {
        var index = batch.previous.index
        for (position, entry) in batch.entries.enumerated() {
          index = index.next
          guard entry.kind == .write else { continue }
          batch.withPayload(at: position) { payload in
            guard let write = ClientWrite.decode(payload) else { return }
            state.apply(write, index: index, term: entry.term)
          }
        }
      }
      return state.hash
    }
  }
#endif
