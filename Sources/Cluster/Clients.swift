import Checking
import Collections
import Operations
import Positions
import Replication
import World

extension Cluster {
  // MARK: Making clients

  mutating func makeClients() {
    let wanted = max(0, load.settings.clients ?? 16)
    while load.clients.count < wanted {
      let number = load.clients.count
      load.clients.append(
        Client(
          site: number % sites.count,
          leader: hasPeers ? home(ofClient: number, in: number % sites.count) : NodeID(1),
          sequence: load.sequenceBase,
          operation: nil, turn: number))
    }
    // Clients beyond the wanted ones finish what they wait for and are then left alone.
    load.idle = Deque(0..<wanted)
    load.idle.removeAll { load.clients[$0].operation != nil }
  }

  // MARK: Arrivals

  mutating func scheduleArrival() {
    load.generation &+= 1
    load.backlog.removeAll()
    if isQuiescing || load.rate <= 0 { return }
    if load.isClosedLoop {
      let idle = load.idle
      load.idle.removeAll()
      for client in idle { begin(client, intended: now) }
      sendOutbox()
    } else {
      scheduleArrival(after: now)
    }
  }

  private mutating func scheduleArrival(after moment: Instant) {
    let due = moment + Interval(seconds: random.exponential(mean: 1 / load.rate))
    queue.schedule(.arrival(generation: load.generation, due: due), at: due)
  }

  /// The load's next operation, which should begin at `due`: a rate is kept although the engine may
  /// be late. What it can't keep up with for long is given up.
  mutating func arrival(_ generation: UInt32, due: Instant) {
    guard generation == load.generation, load.rate > 0 else { return }
    let due = max(due, Instant(nanoseconds: now.nanoseconds - Load.patience.nanoseconds))
    if let client = load.idle.popFirst() {
      begin(client, intended: due)
    } else if load.backlog.count < Load.backlogMaximum {
      load.backlog.append(due)
    } else {
      metrics.refused += 1
    }
    scheduleArrival(after: due)
  }

  // MARK: Operations

  /// A client without an operation begins one.
  private mutating func begin(_ client: Int, intended: Instant) {
    var (kind, key) = load.draw(&random)
    if hasPeers { kind = peerKind(kind, key, session: UInt64(client + 1)) }
    var operation = Operation(
      kind: kind, key: key, sequence: 0, intended: intended, deadline: now + Load.patience,
      node: load.clients[client].leader, attempt: 0, isUnderWay: false)
    if case .write = kind {
      load.clients[client].sequence += 1
      operation.sequence = load.clients[client].sequence
    }
    load.clients[client].operation = operation
    attempt(session: client + 1)
  }

  /// The client of a session; session 0 is the operator's.
  func client(_ session: UInt64) -> Client? {
    if session == 0 { return load.operatorClient }
    let position = Int(session) - 1
    return load.clients.indices.contains(position) ? load.clients[position] : nil
  }

  mutating func withClient(_ session: UInt64, _ body: (inout Client) -> Void) {
    if session == 0 {
      body(&load.operatorClient)
    } else if load.clients.indices.contains(Int(session) - 1) {
      body(&load.clients[Int(session) - 1])
    }
  }

  /// Sends a client's operation to the node it should go to.
  mutating func attempt(session number: Int) {
    let session = UInt64(number)
    if hasPeers { return peerAttempt(session: session) }
    guard var client = client(session), var operation = client.operation else { return }
    client.attempts &+= 1
    operation.attempt = client.attempts
    if operation.tries < .max { operation.tries += 1 }
    operation.isUnderWay = true
    switch operation.kind {
    case .write:
      operation.node = client.leader
      client.operation = operation
      withClient(session) { $0 = client }
      load.enqueue(operation, session: session)
      let node = operation.node.offset
      if load.outbox[node].origins.count >= Load.proposalMaximum { sendOutbox(to: node) }
    case .read, .readModifyWrite, .scan:
      operation.node = target(of: &client, named: number == 0 ? load.named.target : nil)
      client.operation = operation
      withClient(session) { $0 = client }
      sendRead(operation, client: client, session: session)
    }
  }

  func target(of client: inout Client, named: NodeID?) -> NodeID {
    if let named { return named }
    switch knobs.readFrom {
    case .leader: return client.leader
    case .node(let node):
      let isMember = node.offset < nodes.count && nodes[node.offset].isMember
      return isMember ? node : client.leader
    case .any:
      let candidates = members
      if candidates.isEmpty { return client.leader }
      client.turn += 1
      return candidates[client.turn % candidates.count]
    case .nearest:
      return nearest(to: sites[client.site]) ?? client.leader
    }
  }

  private func nearest(to site: SiteID) -> NodeID? {
    memberNodes.filter(\.isAlive).min { left, right in
      let (a, b) = (
        network.latency(from: .client(site), to: .node(left.id)),
        network.latency(from: .client(site), to: .node(right.id))
      )
      return a < b
    }?.id
  }

  private mutating func sendRead(_ operation: Operation, client: Client, session: UInt64) {
    let id = session << 32 | UInt64(operation.attempt)
    var keys = [session == 0 ? load.named.key : Load.key(operation.key)]
    if case .scan(let length) = operation.kind {
      for next in 1..<max(2, length) { keys.append(Load.key(operation.key + next)) }
    }
    let requirement: ReadRequirement =
      switch knobs.guarantee {
      case .none: .anything
      case .readYourWrites: .atLeast(client.wrote)
      case .monotonic: .atLeast(client.saw)
      case .linearizable: .linearizable
      }
    observe(
      .readInvoked(
        id: id, session: session, keyHash: keys[0].withUnsafeBytes(Load.hash), guarantee: guarantee)
    )
    guard
      let arrival = network.transmit(
        from: .client(sites[client.site]), to: .node(operation.node), bytes: 64, now: now,
        random: &random)
    else { return }
    // Who follows redirects asks for the leader; the stubborn take what answers at their address.
    let isForLeader =
      knobs.readFrom == .leader && knobs.redirects == .follow
      && !(session == 0 && load.named.target != nil)
    let request = ReadRequest(
      id: id, keys: keys, requirement: requirement, isForLeader: isForLeader)
    queue.schedule(.read(request, to: operation.node), at: arrival)
  }

  /// Sends the writes of this turn, those to one node together.
  mutating func sendOutbox() {
    while let offset = load.outboxNodes.popLast() { sendOutbox(to: offset) }
  }

  private mutating func sendOutbox(to offset: Int) {
    var proposal = Proposal()
    swap(&proposal, &load.outbox[offset])
    if proposal.origins.isEmpty { return }
    load.proposalBefore = proposal.origins.count
    if sites.count > 1 {
      sendBySite(proposal, to: NodeID(offset + 1))
    } else {
      send(proposal, from: clientSite, to: NodeID(offset + 1))
    }
  }

  private mutating func send(_ proposal: Proposal, from site: SiteID, to node: NodeID) {
    guard
      let arrival = network.transmit(
        from: .client(site), to: .node(node), bytes: proposal.bytes.count, now: now,
        random: &random)
    else { return }
    queue.schedule(.proposal(proposal, to: node), at: arrival)
  }

  private mutating func sendBySite(_ proposal: Proposal, to node: NodeID) {
    for (number, site) in sites.enumerated() {
      var part = Proposal()
      for (position, origin) in proposal.origins.enumerated() {
        guard (client(origin.session)?.site ?? 0) == number else { continue }
        part.origins.append(origin)
        part.spans.append(proposal.spans[position])
      }
      if part.origins.isEmpty { continue }
      part.bytes = proposal.bytes
      send(part, from: site, to: node)
    }
  }

  // MARK: Answers

  mutating func clientsHear(_ answer: ClientAnswer) {
    switch answer {
    case .acknowledged(let origins, let term, let first, let id):
      var index = first
      for (position, origin) in origins.enumerated() {
        if position + 8 < origins.count { prepare(for: origins[position + 8]) }
        acknowledged(origin, term: term, at: index, by: id)
        index = index.next
      }
    case .refused(let origins, let why, let leader, let id):
      for origin in origins {
        if origin.session == 0 { operatorHears(of: origin, why.text(of: id), from: id) }
        guard isAwaited(origin, from: id) else { continue }
        refused(origin.session, why, leader: leader, by: id)
      }
    case .abandoned(let origins, let id):
      for origin in origins {
        if origin.session == 0 { operatorHears(of: origin, "\(id) leads no more", from: id) }
        guard isAwaited(origin, from: id) else { continue }
        refused(origin.session, .notLeader, leader: nil, by: id)
      }
    case .read(let id, let result, let node): readAnswered(id, result, by: node)
    case .reset(let node): connectionsBroke(to: node)
    }
  }

  /// Says that an acknowledgement of `origin` comes soon.
  private func prepare(for origin: WriteOrigin) {
    let position = Int(origin.session) - 1
    guard load.clients.indices.contains(position),
      let operation = load.clients[position].operation
    else { return }
    checker.prepare(Load.keyHash(operation.key))
  }

  private func isAwaited(_ origin: WriteOrigin, from node: NodeID) -> Bool {
    guard let operation = client(origin.session)?.operation, operation.isUnderWay,
      case .write = operation.kind
    else { return false }
    return operation.sequence == origin.sequence && operation.node == node
  }

  private mutating func acknowledged(
    _ origin: WriteOrigin, term: Term, at index: Index, by node: NodeID
  ) {
    let position = Int(origin.session) - 1
    guard position >= 0 else {
      return operatorAcknowledged(origin, term: term, at: index, by: node)
    }
    guard position < load.clients.count, let operation = load.clients[position].operation,
      operation.sequence == origin.sequence, case .write = operation.kind
    else { return }
    checker.noteAcknowledged(
      Load.keyHash(operation.key), term: term, index: index, session: origin.session,
      again: operation.tries > 1)
    load.clients[position].operation = nil
    load.clients[position].leader = node
    if !isPlanted(.sessionsForgetWrites) { load.clients[position].wrote = index }
    if load.clients[position].saw < index { load.clients[position].saw = index }
    metrics.wrote(after: now - operation.intended)
    becameIdle(position)
  }

  mutating func becameIdle(_ position: Int) {
    if position >= (load.settings.clients ?? 16) { return }
    if load.isClosedLoop, !isQuiescing {
      begin(position, intended: now)
    } else if let intended = load.backlog.popFirst() {
      begin(position, intended: intended)
    } else {
      load.idle.append(position)
    }
  }

  /// A node did not take an operation: the client goes where it is told, or looks around.
  private mutating func refused(
    _ session: UInt64, _ why: RefusalReason, leader: NodeID?, by node: NodeID
  ) {
    metrics.refused += 1
    let everyone = members
    var delay = Load.pause
    var attempt: UInt32 = 0
    let follows = knobs.redirects == .follow
    withClient(session) { client in
      guard var operation = client.operation, operation.isUnderWay else { return }
      operation.isUnderWay = false
      attempt = operation.attempt
      client.operation = operation
      guard follows, why == .notLeader || why == .switchingOver else { return }
      if let leader, leader != node {
        client.leader = leader
        // Nodes that send it to one another must not keep it running.
        if why == .notLeader, operation.redirects < 3 {
          client.operation?.redirects += 1
          delay = .zero
        }
      } else if let next = everyone.first(where: { $0 > node }) ?? everyone.first {
        client.leader = next
      }
    }
    if attempt != 0 {
      queue.schedule(.retry(client: Int(session), attempt: attempt), at: now + delay)
    }
  }

  mutating func retry(_ session: Int, _ attempt: UInt32) {
    guard let operation = client(UInt64(session))?.operation, !operation.isUnderWay,
      operation.attempt == attempt, operation.deadline > now
    else { return }
    self.attempt(session: session)
  }

  private mutating func readAnswered(_ id: UInt64, _ result: ReadAnswer, by node: NodeID) {
    let session = id >> 32
    guard let operation = client(session)?.operation, operation.isUnderWay,
      operation.attempt == UInt32(truncatingIfNeeded: id)
    else { return }
    switch result {
    case .refused(let why, let leader):
      observe(.readForgotten(id: id))
      refused(session, why, leader: leader, by: node)
    case .value(let version, let applied):
      let staleBefore = session == 0 ? checker.ledger.staleReads : 0
      observe(
        .readReturned(
          id: id, servedBy: node, versionIndex: version?.index ?? .zero,
          versionTerm: version?.term ?? .zero, appliedThrough: applied))
      if !isPlanted(.sessionsForgetReads) { withClient(session) { $0.saw = max($0.saw, applied) } }
      if session == 0 {
        let isStale = checker.ledger.staleReads > staleBefore
        return operatorRead(version, by: node, operation, isStale: isStale)
      }
      finishRead(Int(session) - 1, operation)
    }
  }

  mutating func finishRead(_ position: Int, _ operation: Operation) {
    metrics.read(after: now - operation.intended)
    if case .readModifyWrite = operation.kind {
      load.clients[position].sequence += 1
      load.clients[position].operation = Operation(
        kind: .write, key: operation.key, sequence: load.clients[position].sequence, intended: now,
        deadline: now + Load.patience, node: load.clients[position].leader, attempt: 0,
        isUnderWay: false)
      attempt(session: position + 1)
    } else {
      load.clients[position].operation = nil
      becameIdle(position)
    }
  }

  // MARK: Broken connections and patience

  /// A node's process ended: whoever waited there looks for another.
  private mutating func connectionsBroke(to node: NodeID) {
    if hasPeers { return peerConnectionsBroke(to: node) }
    operatorLoses(node)
    for session in 0...load.clients.count {
      guard let operation = client(UInt64(session))?.operation, operation.isUnderWay,
        operation.node == node
      else { continue }
      refused(UInt64(session), .notLeader, leader: nil, by: node)
    }
  }

  /// Operations whose clients' patience ran out: their outcome is unknown.
  mutating func expireOperations() {
    for position in load.clients.indices {
      guard let operation = load.clients[position].operation, operation.deadline <= now else {
        continue
      }
      metrics.timedOut += 1
      giveUp(operation, session: UInt64(position + 1))
      load.clients[position].operation = nil
      becameIdle(position)
    }
    if hasPeers { expirePeerOperation() } else { expireOperatorOperations() }
  }

  mutating func giveUp(_ operation: Operation, session: UInt64) {
    let follows = knobs.redirects == .follow
    let everyone = members
    withClient(session) { client in
      // The node did not answer at all: the client tries its luck elsewhere next time.
      guard follows, operation.isUnderWay, operation.node == client.leader else { return }
      client.leader = everyone.first { $0 > operation.node } ?? everyone.first ?? client.leader
    }
    guard case .write = operation.kind else {
      let id = session << 32 | UInt64(operation.attempt)
      observe(.readForgotten(id: id))
      run(.forgetRead(id), at: operation.node)
      return
    }
  }
}
