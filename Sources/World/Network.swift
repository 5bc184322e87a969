import Positions

/// Who sends or receives.
public enum Endpoint: Equatable, Sendable {
  /// A member.
  case node(NodeID)
  /// The clients of a site.
  case client(SiteID)
}

/// One direction of a link between two members, as it stands.
public struct LinkState: Equatable, Sendable {
  /// Whether nothing gets through.
  public var isCut = false
  /// One-way latency, sites and additions included.
  public var latency = Interval.zero
  /// What was added to it.
  public var addedLatency = Interval.zero
  /// The most by which a message's latency varies, either way.
  public var jitter = Interval.zero
  /// Share of messages lost, 0 to 1.
  public var loss = 0.0
  /// Share of messages delivered twice, 0 to 1.
  public var duplicates = 0.0
  /// Share of messages that others overtake, 0 to 1.
  public var reorders = 0.0
  /// Bytes a second; nil: without limit.
  public var bandwidth: Double?
}

/// The links among members and clients: when a message arrives, if it does.
///
/// A direction of a link keeps order, as a TCP connection does: no message overtakes another, unless it
/// was told to let some be overtaken.
public struct Network: Sendable {
  private struct Direction: Sendable {
    var isCut = false
    var added = Interval.zero
    var jitter: Interval?
    var loss = 0.0
    var duplicates = 0.0
    var reorders = 0.0
    var bandwidth: Double?
    /// When the link's sender has put its last message on the wire.
    var freeAt = Instant.start
    /// When its last message arrives.
    var lastArrival = Instant.start
    /// When the last message of its former connections arrives.
    var formerArrival = Instant.start
  }

  private struct SitePair: Sendable {
    var left: SiteID
    var right: SiteID
    var latency: Interval
  }

  private var latency = Interval.zero
  private var jitter = Interval.zero
  /// Directions by row (sender) and column (receiver).
  private var rows: [[Direction]] = []
  private var placement: [SiteID?] = []
  private var siteLatencies: [SitePair] = []

  /// A network without members or delays.
  public init() {}

  /// Sets every link's own latency and jitter.
  public mutating func setDefaults(latency: Interval, jitter: Interval) {
    self.latency = latency
    self.jitter = jitter
  }

  /// Adds a member at a site.
  public mutating func add(_ node: NodeID, site: SiteID) {
    while placement.count <= node.offset { placement.append(nil) }
    placement[node.offset] = site
    let size = placement.count
    for row in rows.indices {
      while rows[row].count < size { rows[row].append(Direction()) }
    }
    while rows.count < size {
      rows.append([Direction](repeating: Direction(), count: size))
    }
  }

  /// Moves a member to a site.
  public mutating func place(_ node: NodeID, in site: SiteID) {
    placement[node.offset] = site
  }

  /// Sets how far two sites are apart, one way.
  public mutating func setSiteLatency(_ left: SiteID, _ right: SiteID, _ latency: Interval) {
    siteLatencies.removeAll {
      ($0.left == left && $0.right == right) || ($0.left == right && $0.right == left)
    }
    siteLatencies.append(SitePair(left: left, right: right, latency: latency))
  }

  /// When a message of `bytes` bytes sent `now` arrives; nil: it does not.
  public mutating func transmit(
    from: Endpoint, to: Endpoint, bytes: Int, now: Instant, random: inout RandomSource
  ) -> Instant? {
    guard case .node(let sender) = from, case .node(let receiver) = to else {
      return now + latency(from: from, to: to)
    }
    return transmit(from: sender, to: receiver, bytes: bytes, now: now, random: &random)
  }

  /// When a message of `bytes` bytes sent `now` between two members arrives; nil: it does not.
  public mutating func transmit(
    from: NodeID, to: NodeID, bytes: Int, now: Instant, random: inout RandomSource
  ) -> Instant? {
    let row = from.offset
    let column = to.offset
    let direction = rows[row][column]
    if direction.isCut { return nil }
    if direction.loss > 0, random.unit() < direction.loss { return nil }
    var arrival = now
    if let bandwidth = direction.bandwidth {
      let begin = max(now, direction.freeAt)
      arrival = begin + Interval(seconds: Double(bytes) / bandwidth)
      rows[row][column].freeAt = arrival
    }
    let jitter = direction.jitter ?? self.jitter
    let base = latency(from, to)
    arrival = arrival + base
    if jitter > .zero {
      let vary = jitter.scaled(by: 2 * random.unit() - 1)
      arrival = max(now, arrival + vary)
    }
    if direction.reorders > 0, random.unit() < direction.reorders {
      // What is sent later may come first.
      return straggled(arrival, base, random: &random)
    }
    arrival = max(arrival, direction.lastArrival)
    rows[row][column].lastArrival = arrival
    return arrival
  }

  /// When a message that arrives at `arrival` comes once more; nil: it does not.
  public mutating func duplicate(
    from: NodeID, to: NodeID, arrival: Instant, random: inout RandomSource
  ) -> Instant? {
    let share = rows[from.offset][to.offset].duplicates
    guard share > 0, random.unit() < share else { return nil }
    return straggled(arrival, latency(from, to), random: &random)
  }

  /// Some latencies later, a few milliseconds at least.
  private func straggled(
    _ arrival: Instant, _ base: Interval, random: inout RandomSource
  ) -> Instant {
    let mean = 3 * max(base.seconds, 0.001)
    return arrival + Interval(seconds: random.exponential(mean: mean))
  }

  /// A message's latency one way, without jitter.
  public func latency(from: Endpoint, to: Endpoint) -> Interval {
    switch (from, to) {
    case (.node(let sender), .node(let receiver)): return latency(sender, receiver)
    case (.client(let site), .node(let node)), (.node(let node), .client(let site)):
      return between(site, placement[node.offset])
    case (.client, .client): return .zero
    }
  }

  private func latency(_ from: NodeID, _ to: NodeID) -> Interval {
    let own = latency + rows[from.offset][to.offset].added
    if siteLatencies.isEmpty { return own }
    return own + between(placement[from.offset], placement[to.offset])
  }

  private func between(_ left: SiteID?, _ right: SiteID?) -> Interval {
    if siteLatencies.isEmpty { return .zero }
    guard let left, let right, left != right else { return .zero }
    return siteLatencies.first {
      ($0.left == left && $0.right == right) || ($0.left == right && $0.right == left)
    }?.latency ?? .zero
  }

  // MARK: What an operator does to links

  /// Cuts a direction, or mends it.
  public mutating func setCut(_ isCut: Bool, from: NodeID, to: NodeID) {
    rows[from.offset][to.offset].isCut = isCut
  }

  /// Cuts a member from all others, both ways.
  public mutating func isolate(_ node: NodeID) {
    for other in rows.indices where other != node.offset {
      rows[node.offset][other].isCut = true
      rows[other][node.offset].isCut = true
    }
  }

  /// Adds latency to a direction.
  public mutating func setDelay(_ delay: Interval, from: NodeID, to: NodeID) {
    rows[from.offset][to.offset].added = delay
    reconnect(from, to)
  }

  /// Sets a direction's jitter.
  public mutating func setJitter(_ jitter: Interval, from: NodeID, to: NodeID) {
    rows[from.offset][to.offset].jitter = jitter
    reconnect(from, to)
  }

  /// Sets the share of messages that a direction loses.
  public mutating func setLoss(_ loss: Double, from: NodeID, to: NodeID) {
    rows[from.offset][to.offset].loss = loss
  }

  /// Sets the share of messages that a direction delivers twice.
  public mutating func setDuplicates(_ share: Double, from: NodeID, to: NodeID) {
    rows[from.offset][to.offset].duplicates = share
  }

  /// Sets the share of messages that a direction lets be overtaken.
  public mutating func setReorders(_ share: Double, from: NodeID, to: NodeID) {
    rows[from.offset][to.offset].reorders = share
  }

  /// Sets a direction's bandwidth in bytes a second.
  public mutating func setBandwidth(_ bandwidth: Double?, from: NodeID, to: NodeID) {
    rows[from.offset][to.offset].bandwidth = bandwidth
    reconnect(from, to)
  }

  /// A link of other qualities is another connection: what comes next does not queue behind what
  /// the old one still has under way.
  private mutating func reconnect(_ from: NodeID, _ to: NodeID) {
    rows[from.offset][to.offset].freeAt = .start
    rows[from.offset][to.offset].formerArrival = max(
      rows[from.offset][to.offset].formerArrival, rows[from.offset][to.offset].lastArrival)
    rows[from.offset][to.offset].lastArrival = .start
  }

  /// Whether messages that were sent before a direction's qualities were changed are still to arrive.
  public func deliversOldMessages(from: NodeID, to: NodeID, after now: Instant) -> Bool {
    rows[from.offset][to.offset].formerArrival > now
  }

  /// Mends every cut.
  public mutating func mendAll() {
    for row in rows.indices {
      for column in rows[row].indices { rows[row][column].isCut = false }
    }
  }

  /// Takes every change of links back.
  public mutating func resetLinks() {
    for row in rows.indices {
      for column in rows[row].indices {
        let former = max(rows[row][column].formerArrival, rows[row][column].lastArrival)
        rows[row][column] = Direction()
        rows[row][column].formerArrival = former
      }
    }
  }

  /// Whether a direction is cut.
  public func isCut(from: NodeID, to: NodeID) -> Bool { rows[from.offset][to.offset].isCut }

  /// A direction as it stands.
  public func link(from: NodeID, to: NodeID) -> LinkState {
    let direction = rows[from.offset][to.offset]
    return LinkState(
      isCut: direction.isCut, latency: latency(from: .node(from), to: .node(to)),
      addedLatency: direction.added, jitter: direction.jitter ?? jitter, loss: direction.loss,
      duplicates: direction.duplicates, reorders: direction.reorders, bandwidth: direction.bandwidth
    )
  }
}
