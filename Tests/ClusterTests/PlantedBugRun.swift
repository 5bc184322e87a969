#if PlantedBugs
  import Operations
  import Positions
  import Replication
  import World

  @testable import Cluster

  /// A short run drawn from a seed: a cluster, a load, a few kinds of faults; then everything is healed,
  /// and what must hold is looked at. The bug planted is no part of what is drawn, so that the same seed
  /// is the same run with and without it.
  struct PlantedBugRun {
    var random: RandomSource
    var scene: Scene
    private let nodes: Int
    /// The only node whose disk is lost or damaged: the others hold what it loses.
    private let victim: Int
    private let faults: [Fault]
    private var isWiped = false
    let isStrict: Bool
    private let checksQuorum: Bool
    private let tellsStories: Bool
    private var leadersSince: Instant?
    var problems: [String] = []

    /// How long two leaders may be there at once, with fencing and check quorum on.
    static let patience = Interval.milliseconds(1300)

    /// What a run came to.
    struct Outcome {
      /// What must not be, one line each.
      var problems: [String]
      /// How many terms there were.
      var terms: UInt64
      var commands: [String]
    }

    /// Plays `seed` with `bug` planted in every node.
    static func play(seed: Int, bug: PlantedBug?) throws -> Outcome {
      var run = try PlantedBugRun(seed: seed, bug: bug)
      try run.disturb()
      try run.heal()
      return Outcome(
        problems: run.problems,
        terms: UInt64(run.scene.cluster.nodes.compactMap { $0.replica?.term.epoch }.max() ?? 0),
        commands: run.commands)
    }

    /// What was drawn: the settings and the kinds of faults.
    let plan: String
    private var commands: [String] = []

    /// What is drawn for `seed`, without playing it.
    static func plan(seed: Int) throws -> String { try PlantedBugRun(seed: seed, bug: nil).plan }

    private init(seed: Int, bug: PlantedBug?) throws {
      var random = RandomSource(seed: UInt64(seed) &* 3 &+ 7)
      let nodes = [3, 3, 3, 5, 5, 4][random.uniform(0..<6)]
      let victim = 1 + random.uniform(0..<nodes)
      func pick<T>(_ choices: [T]) -> T { choices[random.uniform(0..<choices.count)] }
      // Seeds from 1000 on tell stories, the others play many small faults.
      let tellsStories = seed >= 1000
      var policies = [
        "ack majority", "ack majority", "ack majority", "ack any 1", "ack sync", "ack async",
      ]
      if tellsStories { policies = nodes == 5 ? ["ack majority", "ack any 1"] : ["ack majority"] }
      let acknowledgement = pick(policies)
      let degrades = acknowledgement != "ack async" && random.uniform(0..<5) == 0
      let checksQuorum = random.uniform(0..<6) > 0
      let guarantee = pick([
        "linearizable", "linearizable", "linearizable", "read-your-writes", "monotonic",
      ])
      let settings = [
        "nodes \(nodes)", acknowledgement, "degrade-after \(degrades ? "100ms" : "never")",
        "check-quorum \(checksQuorum ? "on" : "off")", "heartbeat 50ms", "election-timeout 300ms",
        "guarantee \(guarantee)", "read-from \(pick(["leader", "leader", "any"]))",
        "apply \(pick(["committed", "committed", "flushed"]))",
      ]
      self.isStrict = acknowledgement == "ack majority" && !degrades
      var drawn: [Fault] = []
      for fault in Fault.plain where random.uniform(0..<5) < (tellsStories ? 1 : 2) {
        drawn.append(fault)
      }
      if tellsStories { drawn = [pick(Fault.stories), pick(Fault.stories)] + drawn.prefix(1) }
      self.faults = drawn.isEmpty ? [.crash] : drawn
      let size = pick([100, 100, 1000])
      let rate = pick([100, 200, 300])
      let (keys, clients) = (pick([5, 50, 500]), pick(tellsStories ? [16, 60] : [4, 16]))
      let load =
        "load ycsb-a rate=\(rate) keys=\(keys) value-size=\(size)B clients=\(clients)"
      let (spacing, segment) = (
        pick([16 << 10, 64 << 10, 32 << 20]), pick([32 << 10, 256 << 10, 2 << 20])
      )
      scene = try Scene(
        settings, load: load, seed: UInt64(seed), checkpointSpacing: spacing, segmentSize: segment,
        world: SimulatedWorld(seed: UInt64(seed)), bug: bug)
      let kinds = drawn.map { "\($0)" }.joined(separator: " ")
      plan = (settings + [load, "segment \(segment) checkpoint \(spacing)", kinds])
        .joined(separator: ", ")
      self.random = random
      self.nodes = nodes
      self.victim = victim
      self.checksQuorum = checksQuorum
      self.tellsStories = tellsStories
    }

    // MARK: Faults

    /// A kind of fault; a run has some of them.
    enum Fault: CaseIterable {
      case crash, freeze, isolate, oneWay, loss, delay, disorder, slowDisk, fullDisk, badDisk,
        switchover, members, rot, wipe, promote, load
      case takeover, exile, deafness, wipeBehind

      /// One command each.
      static let plain = Array(allCases.prefix(16))
      /// Little stories.
      static let stories: [Fault] = [.takeover, .exile, .deafness, .wipeBehind]
    }

    private mutating func disturb() throws {
      run(200)
      for _ in 0..<(tellsStories ? 5 : 14) {
        run(10 + random.uniform(0..<240))
        try disturb(faults[random.uniform(0..<faults.count)])
      }
      run(random.uniform(0..<300))
    }

    private mutating func disturb(_ fault: Fault) throws {
      let node = "n\(1 + random.uniform(0..<nodes))"
      let other = "n\(1 + random.uniform(0..<nodes))"
      let some = [node, node, "leader", "leader", "laggard"][random.uniform(0..<5)]
      let turn = random.uniform(0..<3)
      switch fault {
      case .crash: try turn < 2 ? crash(some) : perform("heal all")
      case .freeze: try perform(turn < 2 ? "freeze \(some)" : "thaw \(node)")
      case .isolate: try perform(turn < 2 ? "isolate \(some)" : "heal")
      case .oneWay: try perform(turn < 2 ? "cut \(some) -> \(other)" : "heal")
      case .loss: try perform("loss \(some) \(other) \(turn * 30)%")
      case .delay: try perform("delay \(some) -> \(other) \([0, 20, 150][turn])ms")
      case .disorder:
        try perform("\(turn == 0 ? "duplicate" : "reorder") \(some) -> \(other) 30%")
      case .badDisk:
        try perform("fail-disk \(some)")
      case .slowDisk: try perform("slow-disk \(some) \([0, 20, 200][turn])ms")
      case .fullDisk: try perform("fill-disk \(some)\(turn < 2 ? "" : " off")")
      case .switchover: try perform("switchover \(node)")
      case .members: try perform(turn < 2 ? "add" : "remove \(node)")
      case .rot: try rot()
      case .wipe: try wipe()
      case .promote: if !isStrict { try perform("promote \(some)") }
      case .takeover: try takeOver()
      case .exile: try exile(some)
      case .deafness: try deafen(node)
      case .wipeBehind: try wipeBehind()
      case .load: try perform(["rate 0", "rate 100", "rate 400"][turn])
      }
    }

    /// Ends a node's process, and with it what its disk had not synced.
    private mutating func crash(_ name: String) throws {
      guard case .kill(let reference) = try CommandParser.parse("kill \(name)"),
        let id = scene.cluster.resolve(reference)
      else { return }
      try perform("kill \(id)")
      run(random.uniform(0..<60))
      try perform("restart \(id)")
    }

    /// Spoils the victim's log, and starts it from that.
    private mutating func rot() throws {
      try perform("\(["flip-bit", "flip-bit", "misplace"][random.uniform(0..<3)]) n\(victim)")
      run(random.uniform(0..<100))
      try crash("n\(victim)")
    }

    /// Loses the victim's disk, once: it has to catch up before it may lose it again.
    private mutating func wipe() throws {
      if isWiped { return try crash("n\(victim)") }
      isWiped = true
      try perform("wipe n\(victim)")
      run(random.uniform(0..<60))
      try perform("restart n\(victim)")
    }

    /// Loses the victim's disk, once, while another node lags behind; then the leader goes.
    private mutating func wipeBehind() throws {
      if isWiped { return try crash("n\(victim)") }
      isWiped = true
      let laggard = NodeID(1 + (victim + random.uniform(0..<nodes - 1)) % nodes)
      if scene.cluster.leader != laggard { try perform("isolate \(laggard)") }
      run(50 + random.uniform(0..<150))
      try perform("wipe n\(victim)")
      try perform("restart n\(victim)")
      guard let leader = scene.cluster.leader else { return }
      try perform("kill \(leader)")
      try perform("heal")
      run(random.uniform(0..<900))
      try perform("restart \(leader)")
    }

    /// Cuts the leader off until another one leads, then ends that one.
    private mutating func takeOver() throws {
      try perform("isolate leader")
      run(330 + random.uniform(0..<200))
      try perform("heal")
      run(random.uniform(0..<20))
      try crash("leader")
    }

    /// Cuts a node off for several election time-outs.
    private mutating func exile(_ node: String) throws {
      try perform("isolate \(node)")
      run(1800)
      try perform("heal")
      run(200)
    }

    /// Lets a node not hear the leader, again and again.
    private mutating func deafen(_ node: String) throws {
      // Without load it lags behind nobody, and nothing but their leader keeps others from voting.
      try perform("rate 0")
      for _ in 0..<4 {
        try perform("cut leader -> \(node)")
        run(600 + random.uniform(0..<100))
        try perform("heal")
        run(60)
      }
    }

    mutating func perform(_ text: String) throws {
      commands.append("at \(scene.cluster.world.now) \(text)")
      try scene.perform(text)
    }

    // MARK: Looking on

    mutating func run(_ milliseconds: Int) {
      var left = milliseconds
      while left > 0 {
        scene.run(min(left, 50))
        left -= 50
        lookForLeaders()
      }
    }

    private mutating func lookForLeaders() {
      let leaders = scene.cluster.nodes.filter {
        $0.status == .running && $0.replica?.role == .leader
      }
      let now = scene.cluster.world.now
      guard leaders.count > 1, checksQuorum else {
        leadersSince = nil
        return
      }
      let since = leadersSince ?? now
      leadersSince = since
      if now - since > Self.patience, !problems.contains(Self.twoLeaders) {
        problems.append(Self.twoLeaders)
      }
    }

    private static let twoLeaders = "two nodes lead for long, although check quorum is on"
  }
#endif
