import Checking
import Operations
import Positions
import Records
import Replication
import World

/// What a client hears of its request.
enum PeerReply: Sendable {
  /// A node's answer.
  case answer(PeerAnswer)
  /// The node does not run: nothing of it was tried.
  case notRunning
}

/// What a session has written and seen, as far as its reads' guarantee has to show it.
struct SessionKnowledge: Sendable {
  /// With several leaders: its writes' places in their writers' logs.
  var wrote = VersionVector()
  /// With several leaders: what its reads' nodes had applied.
  var saw = VersionVector()
  /// Without a leader: the same by key, by the key's hash.
  var wroteKeys: [UInt64: VersionVector] = [:]
  var sawKeys: [UInt64: VersionVector] = [:]
  /// What its last read found, for the write that goes with it.
  var context: VersionVector?
}

// Clients of a cluster in which several nodes take writes.
extension Cluster {
  /// The node that a client's requests go to at first: the nearest of its site, dealt out in turn.
  func home(ofClient number: Int, in site: Int) -> NodeID {
    let turn = number / max(1, sites.count)
    return member(turn, at: sites[site]) ?? member(turn, at: nil) ?? NodeID(1)
  }

  /// The member whose turn it is, of a site's or of all; nil: there is none.
  private func member(_ turn: Int, at site: SiteID?) -> NodeID? {
    nodes.withUnsafeBufferPointer { nodes in
      var count = 0
      Self.look(at: nodes) { node in
        if node.pointee.isMember, site == nil || node.pointee.site == site { count += 1 }
      }
      guard count > 0 else { return nil }
      var left = turn % count
      var found: NodeID?
      Self.look(at: nodes) { node in
        guard node.pointee.isMember, site == nil || node.pointee.site == site else { return }
        if left == 0 { found = node.pointee.id }
        left -= 1
      }
      return found
    }
  }

  /// Sends a client's operation to the node it should go to.
  mutating func peerAttempt(session: UInt64) {
    guard var client = client(session), var operation = client.operation else { return }
    client.attempts &+= 1
    operation.attempt = client.attempts
    if operation.tries < .max { operation.tries += 1 }
    operation.isUnderWay = true
    let named = session == 0 ? load.named.target : nil
    if case .write = operation.kind {
      operation.node = named ?? client.leader
    } else {
      operation.node = target(of: &client, named: named)
    }
    client.operation = operation
    // Who asks a node by its name stands beside it.
    if let named, let here = sites.firstIndex(of: nodes[named.offset].site) { client.site = here }
    withClient(session) { $0 = client }
    let id = session << 32 | UInt64(operation.attempt)
    let key = session == 0 ? load.named.key : Load.key(operation.key)
    let keyHash = VersionedStore.hash(of: key)
    let request = PeerRequest(
      id: id, key: key, kind: kind(of: operation, key, session), level: level(session),
      floor: floor(session, keyHash))
    if case .read = request.kind { observeRead(id, session, keyHash, request.level) }
    post.put(request, from: client.site, to: operation.node)
  }

  /// An operation begins: what the session read before goes with it no more. Where siblings are kept and
  /// nobody leads, a client reads what it is to replace first, as Riak's do.
  mutating func peerKind(
    _ kind: Operation.Kind, _ key: Int, session: UInt64
  ) -> Operation.Kind {
    if session < load.knowledge.count { load.knowledge[Int(session)].context = nil }
    if knobs.redirects == .follow { goHome(Int(session) - 1) }
    guard case .write = kind, knobs.model == .leaderless,
      peerRules.rule(for: Load.key(key)) == .siblings
    else { return kind }
    return .readModifyWrite
  }

  /// A client that went elsewhere goes back to its own node, once that runs.
  private mutating func goHome(_ client: Int) {
    let home = home(ofClient: client, in: load.clients[client].site)
    if home != load.clients[client].leader, nodes[home.offset].isRunning {
      load.clients[client].leader = home
    }
  }

  private func level(_ session: UInt64) -> RequestLevel? {
    guard session == 0, let level = load.named.level else { return nil }
    return switch level {
    case .one: .one
    case .quorum: .quorum
    case .all: .all
    }
  }

  private func kind(
    of operation: Operation, _ key: [UInt8], _ session: UInt64
  ) -> PeerRequest.Kind {
    guard case .write = operation.kind else { return .read }
    let seen = knowledge(session).context
    guard session == 0 else {
      return .change(
        load.change(session: session, operation.sequence, rule: peerRules.rule(for: key)),
        seen: seen)
    }
    return .change(load.named.change, seen: load.named.isChoice ? seen : nil)
  }

  func knowledge(_ session: UInt64) -> SessionKnowledge {
    let position = Int(session)
    return position < load.knowledge.count ? load.knowledge[position] : SessionKnowledge()
  }

  private mutating func withKnowledge(
    _ session: UInt64, _ body: (inout SessionKnowledge) -> Void
  ) {
    while load.knowledge.count <= Int(session) { load.knowledge.append(SessionKnowledge()) }
    body(&load.knowledge[Int(session)])
  }

  private func floor(_ session: UInt64, _ keyHash: UInt64) -> VersionVector {
    let knowledge = knowledge(session)
    switch (knobs.guarantee, knobs.model) {
    case (.none, _), (.linearizable, _), (_, .singleLeader): return VersionVector()
    case (.readYourWrites, .multiLeader): return knowledge.wrote
    case (.monotonic, .multiLeader): return knowledge.saw
    case (.readYourWrites, .leaderless): return knowledge.wroteKeys[keyHash] ?? VersionVector()
    case (.monotonic, .leaderless): return knowledge.sawKeys[keyHash] ?? VersionVector()
    }
  }

  /// The replicas that a read needs.
  private func needed(_ level: RequestLevel?) -> Int {
    guard knobs.model == .leaderless else { return 1 }
    let replicas = min(knobs.leaderless.replicationFactor, memberCount)
    return switch level {
    case .one: 1
    case .quorum: replicas / 2 + 1
    case .all: replicas
    case nil: knobs.leaderless.readQuorum
    }
  }

  private mutating func observeRead(
    _ id: UInt64, _ session: UInt64, _ keyHash: UInt64, _ level: RequestLevel?
  ) {
    note(
      .readInvoked(
        id: id, session: session, keyHash: keyHash, needed: needed(level), guarantee: guarantee))
    guard knobs.model == .leaderless else { return }
    figures.latencies.invoked(id, acknowledged: versions.acknowledged(keyHash: keyHash))
  }

  /// What an answer promises, as it leaves the node.
  mutating func observeAnswer(_ id: UInt64, _ answer: PeerAnswer, by node: NodeID) {
    let session = id >> 32
    guard case .written(let dot, let needed, _, _) = answer,
      let operation = client(session)?.operation,
      operation.attempt == UInt32(truncatingIfNeeded: id)
    else { return }
    let keyHash =
      session == 0
      ? VersionedStore.hash(of: load.named.key) : Load.keyHash(operation.key)
    note(.acknowledged(keyHash: keyHash, dot: dot, needed: needed, session: session))
  }

  // MARK: Answers

  mutating func clientHears(_ id: UInt64, _ reply: consuming PeerReply, by node: NodeID) {
    let session = id >> 32
    guard let operation = client(session)?.operation, operation.isUnderWay,
      operation.attempt == UInt32(truncatingIfNeeded: id)
    else { return }
    switch consume reply {
    case .notRunning: refused(operation, session, "\(node) does not run", by: node)
    case .answer(.refused(let why)):
      if case .unavailable = why { figures.unavailable += 1 }
      refused(operation, session, why.text(of: node), by: node, isFinal: why.isFinal)
    case .answer(.timedOut): timedOut(operation, session)
    case .answer(.written(let dot, _, let context, let place)):
      wrote(operation, session, dot, context, place, by: node)
    case .answer(.value(let state, let applied)):
      peerRead(operation, session, state, applied, by: node)
    }
  }

  private mutating func wrote(
    _ operation: Operation, _ session: UInt64, _ dot: Dot, _ context: VersionVector,
    _ place: VersionVector, by node: NodeID
  ) {
    metrics.wrote(after: now - operation.intended)
    if knobs.guarantee != .none {
      let key = session == 0 ? load.named.key : Load.key(operation.key)
      let keyHash = VersionedStore.hash(of: key)
      let isLeaderless = knobs.model == .leaderless
      withKnowledge(session) { knowledge in
        knowledge.wrote.join(place)
        knowledge.saw.join(place)
        guard isLeaderless else { return }
        knowledge.wroteKeys[keyHash, default: VersionVector()].insert(dot)
        knowledge.sawKeys[keyHash, default: VersionVector()].insert(dot)
      }
    }
    withClient(session) { $0.operation = nil }
    guard session == 0 else { return becameIdle(Int(session) - 1) }
    lastWrite?.state = .acknowledged(by: node)
    lastWrite?.position = nodes[node.offset].log.head.end
    say(.clients, node, "write \(operatorKey) acknowledged by \(node) as \(dot)")
  }

  private mutating func peerRead(
    _ operation: Operation, _ session: UInt64, _ state: KeyState, _ applied: VersionVector,
    by node: NodeID
  ) {
    let id = session << 32 | UInt64(operation.attempt)
    let staleBefore = versions.ledger.staleReads
    note(
      .readReturned(
        id: id, servedBy: node, context: state.context,
        versions: DotList(state.entries.lazy.map(\.dot))))
    figures.latencies.returned(id)
    let isStale = versions.ledger.staleReads > staleBefore
    let key = session == 0 ? load.named.key : Load.key(operation.key)
    let keyHash = VersionedStore.hash(of: key)
    let keeps = knobs.guarantee != .none
    let isLeaderless = knobs.model == .leaderless
    withKnowledge(session) { knowledge in
      knowledge.context = state.context
      guard keeps else { return }
      knowledge.saw.join(applied)
      if isLeaderless { knowledge.sawKeys[keyHash, default: VersionVector()].join(state.context) }
    }
    guard session == 0 else { return finishRead(Int(session) - 1, operation) }
    operatorRead(state, rule: peerRules.rule(for: key), by: node, operation, isStale: isStale)
  }

  /// A request was not taken: a client that follows tries the next node.
  private mutating func refused(
    _ operation: Operation, _ session: UInt64, _ why: String, by node: NodeID,
    isFinal: Bool = false
  ) {
    metrics.refused += 1
    if isFinal {
      withClient(session) { $0.operation = nil }
      if session == 0 { return operatorHears(operation, why) }
      return becameIdle(Int(session) - 1)
    }
    if session == 0 { load.refusal = why }
    let everyone = members
    let isNamed = session == 0 && load.named.target != nil
    let follows = knobs.redirects == .follow && !isNamed
    withClient(session) { client in
      client.operation?.isUnderWay = false
      guard follows, client.leader == node else { return }
      client.leader = everyone.first { $0 > node } ?? everyone.first ?? node
    }
    queue.schedule(
      .retry(client: Int(session), attempt: operation.attempt), at: now + Load.pause)
  }

  /// Nobody knows what came of it: it is not tried again, so that it is done once at most.
  private mutating func timedOut(_ operation: Operation, _ session: UInt64) {
    metrics.timedOut += 1
    withClient(session) { $0.operation = nil }
    if session == 0 { return operatorHears(operation, nil) }
    becameIdle(Int(session) - 1)
  }

  /// A node's process ended: reads that waited there look for another, writes' outcomes are unknown.
  mutating func peerConnectionsBroke(to node: NodeID) {
    for session in 0...UInt64(load.clients.count) {
      guard let operation = client(session)?.operation, operation.isUnderWay,
        operation.node == node
      else { continue }
      if case .write = operation.kind {
        giveUp(operation, session: session)
        timedOut(operation, session)
      } else {
        note(
          .readForgotten(id: session << 32 | UInt64(operation.attempt)))
        refused(operation, session, "the connection to \(node) broke", by: node)
      }
    }
  }
}

extension PeerRefusal {
  /// Whether another node would say the same.
  var isFinal: Bool {
    if case .problem = self { true } else { false }
  }

  /// One line.
  func text(of node: NodeID) -> String {
    switch self {
    case .diskFull: "the disk of \(node) is full"
    case .unavailable(let up, let needed):
      "\(node) believes \(up) of the key's replicas to be up, and \(needed) are needed"
    case .behind: "\(node) does not know yet what the session must be shown"
    case .problem(let problem): problem.text
    }
  }
}

extension ChangeProblem {
  /// One line.
  var text: String {
    switch self {
    case .wrongType(let rule):
      switch rule {
      case .lastWriterWins, .siblings: "the key holds a plain value: write or delete it"
      case .growCounter, .counter: "the key is a counter: increment it"
      case .set: "the key is a set: insert or discard elements"
      }
    case .onlyGrows: "the key is a counter that only grows"
    case .noSuchElement: "the set has no such element"
    }
  }
}
