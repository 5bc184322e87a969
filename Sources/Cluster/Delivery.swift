import Operations
import Positions
import Replication
import World
import WriteAheadLog

extension Cluster {
  /// Hands an event to a node's replica and carries out what it says.
  mutating func run(_ event: consuming ReplicaEvent, at id: NodeID) {
    guard nodes[id.offset].isRunning else { return }
    var effects: [Effect] = []
    swap(&effects, &self.effects)
    nodes[id.offset].replica?.handle(event, into: &effects)
    carryOut(&effects, of: id)
    swap(&effects, &self.effects)
  }

  mutating func deliver(_ message: consuming Message, from sender: NodeID, to id: NodeID) {
    switch nodes[id.offset].status {
    case .running: run(.message(message, from: sender), at: id)
    case .frozen: nodes[id.offset].deferred.append(.message(message, from: sender, to: id))
    case .recovering: recoveringNode(id, hears: message, from: sender)
    case .dead, .fenced, .refused: break
    }
  }

  mutating func send(_ message: consuming Message, from sender: NodeID, to receiver: NodeID) {
    guard receiver.offset < nodes.count,
      let arrival = network.transmit(
        from: sender, to: receiver, bytes: message.size, now: now, random: &random)
    else { return }
    if let again = network.duplicate(
      from: sender, to: receiver, arrival: arrival, random: &random)
    {
      queue.schedule(.message(message, from: sender, to: receiver), at: again)
    }
    queue.schedule(.message(message, from: sender, to: receiver), at: arrival)
  }

  // MARK: Timers

  mutating func setTimer(_ name: TimerName, _ interval: Interval, at id: NodeID) {
    let rate = nodes[id.offset].clockRate
    let incarnation = nodes[id.offset].incarnation
    var length = interval
    if name == .election {
      length = interval.scaled(by: 1 + 0.15 * random.unit())
    }
    if rate != 1 { length = length.scaled(by: 1 / rate) }
    let slot = Int(name.rawValue)
    let due = now + length
    nodes[id.offset].timers[slot] = due
    if let event = nodes[id.offset].timerEvents[slot], event <= due { return }
    scheduleTimer(name, at: id, due: due, incarnation: incarnation)
  }

  private mutating func scheduleTimer(
    _ name: TimerName, at id: NodeID, due: Instant, incarnation: UInt32
  ) {
    nodes[id.offset].timerEvents[Int(name.rawValue)] = due
    queue.schedule(.timer(id, incarnation: incarnation, name), at: due)
  }

  mutating func cancelTimer(_ name: TimerName, at id: NodeID) {
    nodes[id.offset].timers[Int(name.rawValue)] = nil
  }

  mutating func timerCame(_ name: TimerName, at id: NodeID, _ incarnation: UInt32) {
    guard nodes[id.offset].incarnation == incarnation else { return }
    let slot = Int(name.rawValue)
    if let expected = nodes[id.offset].timerEvents[slot], expected > now { return }
    nodes[id.offset].timerEvents[slot] = nil
    guard let due = nodes[id.offset].timers[slot] else { return }
    if due > now {
      scheduleTimer(name, at: id, due: due, incarnation: incarnation)
      return
    }
    nodes[id.offset].timers[slot] = nil
    if nodes[id.offset].status == .frozen {
      nodes[id.offset].deferred.append(.timer(id, incarnation: incarnation, name))
      nodes[id.offset].timers[slot] = due
    } else {
      run(.timer(name), at: id)
    }
  }

  // MARK: Requests of clients

  mutating func proposalArrived(_ proposal: consuming Proposal, at id: NodeID) {
    switch nodes[id.offset].status {
    case .running:
      if let capacity = knobs.capacity {
        serve(.proposal(proposal), work: proposal.origins.count, capacity: capacity, at: id)
      } else {
        propose(proposal, at: id)
      }
    case .frozen: nodes[id.offset].deferred.append(.proposal(proposal, to: id))
    case .dead, .fenced, .refused, .recovering:
      answer(.refused(proposal.origins, .notLeader, leader: nil, by: id), from: id)
    }
  }

  private mutating func propose(_ proposal: consuming Proposal, at id: NodeID) {
    observe(.asked(node: id))
    nodes[id.offset].served += proposal.origins.count
    // Looked for only while an operator's write waits: load alone costs nothing.
    let place = load.operatorWrites.isEmpty ? nil : operatorPlace(in: proposal, at: id)
    run(.propose(proposal), at: id)
    if let place { operatorWrite(at: place, by: id) }
  }

  mutating func readArrived(_ request: ReadRequest, at id: NodeID) {
    switch nodes[id.offset].status {
    case .running:
      if let capacity = knobs.capacity {
        serve(.read(request), work: request.keys.count, capacity: capacity, at: id)
      } else {
        nodes[id.offset].served += 1
        run(.read(request), at: id)
      }
    case .frozen: nodes[id.offset].deferred.append(.read(request, to: id))
    case .dead, .fenced, .refused, .recovering:
      answer(.read(request.id, .refused(.notLeader, leader: nil), by: id), from: id)
    }
  }

  private mutating func serve(
    _ request: ServedRequest, work: Int, capacity: Double, at id: NodeID
  ) {
    let done = max(now, nodes[id.offset].busyUntil) + Interval(seconds: Double(work) / capacity)
    nodes[id.offset].busyUntil = done
    queue.schedule(
      .served(id, incarnation: nodes[id.offset].incarnation, request), at: done)
  }

  mutating func served(_ request: ServedRequest, at id: NodeID, _ incarnation: UInt32) {
    guard nodes[id.offset].incarnation == incarnation else { return }
    if nodes[id.offset].status == .frozen {
      nodes[id.offset].deferred.append(
        .served(id, incarnation: incarnation, request))
      return
    }
    guard nodes[id.offset].isRunning else { return }
    switch request {
    case .proposal(let proposal): propose(proposal, at: id)
    case .request(let request): serve(Bundle(request), at: id)
    case .read(let request):
      nodes[id.offset].served += 1
      run(.read(request), at: id)
    }
  }

  /// Sends an answer on its way to the clients; by site, as each has its own distance.
  mutating func answer(_ answer: consuming ClientAnswer, from id: NodeID) {
    if sites.count <= 1 {
      let arrival =
        network.transmit(
          from: .node(id), to: .client(clientSite), bytes: 64, now: now, random: &random) ?? now
      queue.schedule(.answer(answer), at: arrival)
      return
    }
    for (site, part) in split(answer) {
      let arrival =
        network.transmit(
          from: .node(id), to: .client(site), bytes: 64, now: now, random: &random) ?? now
      queue.schedule(.answer(part), at: arrival)
    }
  }

  private func split(_ answer: ClientAnswer) -> [(SiteID, ClientAnswer)] {
    func bySite(_ origins: [WriteOrigin]) -> [(SiteID, [(Int, WriteOrigin)])] {
      sites.compactMap { site in
        let part = origins.enumerated().filter { siteOf(session: $0.element.session) == site }
        return part.isEmpty ? nil : (site, part.map { ($0.offset, $0.element) })
      }
    }
    switch answer {
    case .acknowledged(let origins, let term, let first, let id):
      // Runs of neighbours keep their indices; each run is an answer of its own.
      return bySite(origins).flatMap { site, part in
        part.map { offset, origin in
          (site, .acknowledged([origin], term: term, first: first.advanced(by: offset), by: id))
        }
      }
    case .refused(let origins, let why, let leader, let id):
      return bySite(origins).map {
        ($0.0, .refused($0.1.map(\.1), why, leader: leader, by: id))
      }
    case .abandoned(let origins, let id):
      return bySite(origins).map { ($0.0, .abandoned($0.1.map(\.1), by: id)) }
    case .read(let id, _, _): return [(siteOf(session: id >> 32), answer)]
    case .reset: return [(clientSite, answer)]
    }
  }

  func siteOf(session: UInt64) -> SiteID {
    if session == 0, hasPeers { return sites[load.operatorClient.site] }
    let position = Int(session) - 1
    return load.clients.indices.contains(position) ? sites[load.clients[position].site] : clientSite
  }
}
