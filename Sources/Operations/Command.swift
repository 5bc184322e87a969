import Positions

/// A node as an operator names it: by number, or by the part it plays when the command is carried out.
public enum NodeReference: Equatable, Sendable, CustomStringConvertible {
  /// `n3`.
  case node(NodeID)
  /// `leader`: the running leader of the highest term.
  case leader
  /// `follower`: the first running follower.
  case follower
  /// `laggard`: the running follower whose applied position is furthest behind.
  case laggard

  public var description: String {
    switch self {
    case .node(let node): node.description
    case .leader: "leader"
    case .follower: "follower"
    case .laggard: "laggard"
    }
  }
}

/// One or both directions between two nodes.
public enum LinkReference: Equatable, Sendable, CustomStringConvertible {
  /// `A B`.
  case both(NodeReference, NodeReference)
  /// `A -> B`.
  case oneWay(from: NodeReference, to: NodeReference)

  public var description: String {
    switch self {
    case .both(let left, let right): "\(left) \(right)"
    case .oneWay(let from, let to): "\(from) -> \(to)"
    }
  }
}

/// The field's own workloads (YCSB): their mixes of reads, updates, inserts, scans and read-modify-writes.
public enum Workload: String, CaseIterable, Sendable {
  /// Half reads, half updates; zipfian.
  case a = "ycsb-a"
  /// 95 % reads, 5 % updates; zipfian.
  case b = "ycsb-b"
  /// Reads only; zipfian.
  case c = "ycsb-c"
  /// 95 % reads of the latest, 5 % inserts.
  case d = "ycsb-d"
  /// 95 % short scans, 5 % inserts.
  case e = "ycsb-e"
  /// Half reads, half read-modify-writes; zipfian.
  case f = "ycsb-f"
}

/// `load NAME [rate=] [clients=] [value-size=] [keys=]`; nil leaves a setting as it is.
public struct LoadChange: Equatable, Sendable {
  /// The mix.
  public var workload: Workload?
  /// Operations a second; 0: no load of our own; infinity: a closed loop.
  public var rate: Double?
  /// Clients, dealt out over the sites in turn. An operation goes to the one that is idle longest: few
  /// clients far from the nodes do less than their share of the load, as those near are idle again sooner.
  public var clients: Int?
  /// Bytes of a value.
  public var valueSize: Int?
  /// Keys.
  public var keys: Int?

  /// A change of the settings given.
  public init(
    workload: Workload? = nil, rate: Double? = nil, clients: Int? = nil, valueSize: Int? = nil,
    keys: Int? = nil
  ) {
    self.workload = workload
    self.rate = rate
    self.clients = clients
    self.valueSize = valueSize
    self.keys = keys
  }
}

/// Everything that an operator can do to a cluster; keys, prompt, flags and scripts all speak it.
public enum Command: Equatable, Sendable {
  /// Sets a knob of the table.
  case set(KnobSetting)
  /// Stops a node at once: what was not synced is lost.
  case kill(NodeReference)
  /// Starts a dead, fenced or refused node from its files.
  case restart(NodeReference)
  /// Stops a node's processor for a while, as a garbage collector's pause.
  case freeze(NodeReference)
  /// Lets a frozen node go on.
  case thaw(NodeReference)
  /// Shuts a node down until it is restarted.
  case fence(NodeReference)
  /// Destroys a node's disk; a running node dies of it.
  case wipe(NodeReference)
  /// Cuts a node from all other nodes, both ways; clients still reach it.
  case isolate(NodeReference)
  /// Cuts a link.
  case cut(LinkReference)
  /// Mends a link.
  case mend(LinkReference)
  /// Mends all cuts; with `everything`, delays, losses, slow disks, frozen and dead nodes too.
  case heal(everything: Bool)
  /// Sets a link's added latency.
  case delay(LinkReference, Interval)
  /// Sets a link's jitter.
  case jitter(LinkReference, Interval)
  /// Sets the share of messages that a link loses, 0 to 1.
  case loss(LinkReference, Double)
  /// Sets a link's bandwidth in bytes a second; nil: without limit.
  case bandwidth(LinkReference, Double?)
  /// Puts nodes into a site.
  case site(SiteID, [NodeReference])
  /// Sets the latency between two sites.
  case siteDelay(SiteID, SiteID, Interval)
  /// Kills and wipes all nodes of a site.
  case loseSite(SiteID)
  /// Adds time to each of a node's syncs.
  case slowDisk(NodeReference, Interval)
  /// Fills a node's disk (or, with false, makes room again).
  case fillDisk(NodeReference, Bool)
  /// Sets a node's clock off by a time.
  case clock(NodeReference, Interval)
  /// Makes a node's clock run fast (or slow) by parts per million.
  case drift(NodeReference, partsPerMillion: Double)
  /// Forces a node to lead, whatever it lacks.
  case promote(NodeReference)
  /// Hands leadership over without losing a write.
  case switchover(NodeReference)
  /// Changes the load.
  case load(LoadChange)
  /// Changes a key as the operator's own client.
  case change(key: String, KeyChange, RequestOptions = RequestOptions())
  /// Reads a key as the operator's own client.
  case read(key: String, RequestOptions = RequestOptions())
  /// Ends a key's conflict: this value takes the place of all its siblings.
  case choose(key: String, value: String)
  /// Looks at one key on all of its replicas.
  case watch(key: String)
  /// Has a node, or all of them, compare what they hold with the others' now (anti-entropy).
  case repair(NodeReference?)
  /// Adds a node.
  case add
  /// Removes a node from the cluster.
  case remove(NodeReference)
  /// Takes back the last fault (the fault, not its consequences).
  case undo
  /// Does again what was undone.
  case redo
  /// Stops the clock.
  case pause
  /// Lets the clock go on.
  case resume
  /// Sets the clock's speed, 1 being real time.
  case speed(Double)
  /// Stops the load and waits until the cluster has converged.
  case quiesce
  /// Sets the share of messages that a link delivers twice, 0 to 1 (simulated world).
  case duplicate(LinkReference, Double)
  /// Sets the share of messages that a link lets be overtaken, 0 to 1 (simulated world).
  case reorder(LinkReference, Double)
  /// Flips a bit of a node's log, in a place that was synced (simulated world).
  case flipBit(NodeReference)
  /// Makes a node's next write land in another place of its file (simulated world).
  case misplace(NodeReference)
  /// Makes a node's disk fail its next write or sync (simulated world).
  case failDisk(NodeReference)
  /// Goes back in time by so much (simulated world).
  case back(Interval)
  /// Goes forward in time by so much, at most to the latest moment reached (simulated world).
  case forward(Interval)
  /// Goes to a moment of the history (simulated world).
  case goTo(Instant)
  /// Lets one event happen (simulated world).
  case step
  /// Goes on differently from the moment shown; the ending that was reached before is kept to be
  /// compared with (simulated world).
  case fork
  /// Writes seed and commands as a script that gives the same run again (simulated world).
  case save(String)
  /// Answers what a lesson asks.
  case answer(String)
}
