import Positions
import Replication
import World

/// What was measured of a quorum's messages, so that its stale reads can be predicted: a sample of all
/// writes and reads that every replica answered, and of how long after a write reads of its key began.
///
/// Its chance is its own: no run is another because it is watched.
struct PeerLatencies: Sendable {
  typealias Leg = StalenessPrediction.Leg

  /// A request of which not all answers have come.
  private struct Flight: Sendable {
    var begun: Instant
    /// The version that is written.
    var version: Version?
    /// The replicas that messages went to, and when each arrived, then when its answer did.
    var nodes: [NodeID] = []
    var there: [Instant] = []
    var back: [Instant?] = []
    /// When the coordinator's own copy was durable, or was read.
    var own: Instant?
  }

  /// A dot is of a key.
  private struct Version: Equatable, Sendable {
    var keyHash: UInt64
    var dot: Dot
  }

  private struct Name: Equatable, Sendable {
    var coordinator: NodeID
    var number: UInt64
  }

  /// A read between its client and its answer.
  private struct WaitingRead: Sendable {
    var id: UInt64 = 0
    var acknowledged = Instant.start
    var begun: Instant?
  }

  /// N whole requests: see ``StalenessPrediction``.
  private(set) var writes = Reservoir<[Leg]>(capacity: 512)
  private(set) var reads = Reservoir<[Leg]>(capacity: 512)
  /// Seconds between an acknowledged write and the beginning of a read that could miss it.
  private(set) var ages = Reservoir<Double>(capacity: 2048)
  /// Requests that are followed, few, each at its name's place.
  private var names: [Name] = []
  private var flights: [Flight] = []
  /// The newest request that is not followed.
  private var declined: Name?
  private var made: (node: NodeID, version: Version, at: Instant)?
  /// When requests that were never answered are let go next.
  private var nextSweep = Instant.start
  private var chance = RandomSource(seed: 0x5EED_57A1_E000_0001)
  /// By session.
  private var waiting: [WaitingRead] = []

  /// Requests that are followed at a time; what waits for longer than this will not be answered.
  private static let flightMaximum = 16
  private static let patience = Interval.seconds(5)

  // MARK: Writes and reads under way

  /// A coordinator made a version.
  mutating func made(_ dot: Dot, of keyHash: UInt64, by node: NodeID, at now: Instant) {
    made = (node, Version(keyHash: keyHash, dot: dot), now)
  }

  /// Whether any request is followed.
  var isFollowing: Bool { !names.isEmpty }

  /// A coordinator begins to ask replicas, or goes on: whether the request is followed is decided once.
  mutating func asks(_ number: UInt64, by coordinator: NodeID, at now: Instant, isWrite: Bool) {
    let name = Name(coordinator: coordinator, number: number)
    // Of most requests it was said with their first message that they are not followed.
    if name == declined || names.contains(name) { return }
    guard begins(isWrite: isWrite, at: now) else {
      declined = name
      return
    }
    var flight = Flight(begun: now)
    if isWrite, let made, made.node == coordinator, made.at == now {
      flight.version = made.version
    }
    names.append(name)
    flights.append(flight)
  }

  /// A message of a write or read goes to a replica and arrives then.
  mutating func sent(
    _ number: UInt64, by coordinator: NodeID, to node: NodeID, at now: Instant, arrival: Instant
  ) {
    // A replica that is asked later is not of the model.
    guard let place = place(of: number, coordinator), flights[place].begun == now else { return }
    flights[place].nodes.append(node)
    flights[place].there.append(arrival)
    flights[place].back.append(nil)
  }

  private func place(of number: UInt64, _ coordinator: NodeID) -> Int? {
    names.firstIndex { $0.number == number && $0.coordinator == coordinator }
  }

  /// Whether a request that begins is one of the sample.
  private mutating func begins(isWrite: Bool, at now: Instant) -> Bool {
    let isWanted = isWrite ? writes.wantsNext(&chance) : reads.wantsNext(&chance)
    guard isWanted else { return false }
    if flights.count >= Self.flightMaximum, now >= nextSweep {
      nextSweep = now + .seconds(1)
      for place in flights.indices.reversed() where now - flights[place].begun >= Self.patience {
        forget(place)
      }
    }
    return flights.count < Self.flightMaximum
  }

  private mutating func forget(_ place: Int) {
    names.remove(at: place)
    flights.remove(at: place)
  }

  /// An answer goes back and arrives then.
  mutating func answered(
    _ number: UInt64, by node: NodeID, to coordinator: NodeID, arrival: Instant, replicas: Int
  ) {
    guard let place = place(of: number, coordinator),
      let asked = flights[place].nodes.firstIndex(of: node)
    else { return }
    if flights[place].back[asked] == nil { flights[place].back[asked] = arrival }
    finish(place, isWrite: LeaderlessReplica.isWrite(number), replicas: replicas)
  }

  /// A version is durable at a node.
  mutating func stored(
    _ dot: Dot, of keyHash: UInt64, at node: NodeID, now: Instant, replicas: Int
  ) {
    let version = Version(keyHash: keyHash, dot: dot)
    for place in names.indices
    where names[place].coordinator == node && flights[place].version == version {
      guard flights[place].own == nil else { return }
      flights[place].own = now
      return finish(place, isWrite: true, replicas: replicas)
    }
  }

  /// Takes a request into the sample once all its replicas have answered.
  private mutating func finish(_ place: Int, isWrite: Bool, replicas: Int) {
    let flight = flights[place]
    var legs: [Leg] = []
    for (there, back) in zip(flight.there, flight.back) {
      guard let back else { return }
      legs.append(
        Leg(there: (there - flight.begun).seconds, back: (back - there).seconds))
    }
    if legs.count == replicas - 1 {
      // The coordinator is one of them: a read of its own copy takes no time.
      if !isWrite {
        legs.append(Leg(there: 0, back: 0))
      } else if let own = flight.own {
        legs.append(Leg(there: 0, back: (own - flight.begun).seconds))
      } else if flight.version != nil {
        return
      }
    }
    forget(place)
    guard legs.count == replicas else { return }
    if isWrite { writes.put(legs, &chance) } else { reads.put(legs, &chance) }
  }

  // MARK: How old writes are when reads come

  /// A client begins a read of a key whose last write was acknowledged then; nil: it has none.
  mutating func invoked(_ id: UInt64, acknowledged: Instant?) {
    let session = Int(id >> 32)
    guard let acknowledged else {
      if session < waiting.count { waiting[session].id = 0 }
      return
    }
    while waiting.count <= session { waiting.append(WaitingRead()) }
    waiting[session] = WaitingRead(id: id, acknowledged: acknowledged)
  }

  /// A read reaches the node that coordinates it, as far as is known.
  mutating func reached(_ id: UInt64, at instant: Instant) {
    let session = Int(id >> 32)
    guard session < waiting.count, waiting[session].id == id else { return }
    waiting[session].begun = instant
  }

  /// A read returned.
  mutating func returned(_ id: UInt64) {
    let session = Int(id >> 32)
    guard session < waiting.count, waiting[session].id == id, let begun = waiting[session].begun
    else { return }
    if ages.wantsNext(&chance) {
      ages.put((begun - waiting[session].acknowledged).seconds, &chance)
    }
    waiting[session].id = 0
  }

  // MARK: The prediction

  /// The share of reads that miss a write acknowledged before them, 0 to 1; nil: too little was measured.
  func prediction(replicas: Int, reads needed: Int, writes copies: Int) -> Double? {
    guard !ages.values.isEmpty, replicas >= 1, (1...replicas).contains(needed),
      (1...replicas).contains(copies)
    else { return nil }
    if needed + copies > replicas { return 0 }
    // Requests from before N was changed say nothing.
    let prediction = StalenessPrediction(
      replicas: replicas, reads: needed, writes: copies,
      writeRequests: writes.values.filter { $0.count == replicas },
      readRequests: reads.values.filter { $0.count == replicas })
    guard let prediction else { return nil }
    let chances = prediction.probabilitiesOfStaleRead(after: ages.values, trials: 2_000)
    return chances.reduce(0, +) / Double(chances.count)
  }
}

/// An even sample of all that came by, of bounded size (Vitter 1985, algorithm R).
struct Reservoir<Value: Sendable>: Sendable {
  private(set) var values: [Value] = []
  private let capacity: Int
  private var seen = 0

  init(capacity: Int) { self.capacity = capacity }

  /// Something comes by: whether it is to be put in, once it is known.
  mutating func wantsNext(_ chance: inout RandomSource) -> Bool {
    seen += 1
    return values.count < capacity || chance.uniform(0..<seen) < capacity
  }

  mutating func put(_ value: Value, _ chance: inout RandomSource) {
    if values.count < capacity {
      values.append(value)
    } else {
      values[chance.uniform(0..<capacity)] = value
    }
  }
}
