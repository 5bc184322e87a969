import Operations
import Positions

extension MultiLeaderSnapshot.Stream {
  /// Writes that the taker lacks.
  var lacking: Int { written > applied ? Int(min(written - applied, UInt64(Int32.max))) : 0 }

  /// Whether the taker is half a second behind, or nobody knows how far.
  var isLate: Bool { lacking > 0 && lag.map { $0 >= .milliseconds(500) } ?? true }
}

/// Several leaders' streams: what each node has of each log, and who can still hear whom.
struct Streams {
  let ids: [NodeID]
  /// By a node's number: where it stands, or -1.
  private let positions: [Int]
  private let grid: [MultiLeaderSnapshot.Stream?]
  /// By origin, then by taker: whether writes find a way along the topology.
  private let ways: [Bool]
  private let isUp: [Bool]

  init(_ snapshot: ClusterSnapshot, _ model: MultiLeaderSnapshot) {
    let ids = snapshot.nodes.map(\.id)
    let count = ids.count
    var positions = [Int](repeating: -1, count: 1 + (ids.map { Int($0.number) }.max() ?? 0))
    for (position, id) in ids.enumerated() { positions[Int(id.number)] = position }
    func place(_ id: NodeID) -> Int? {
      let number = Int(id.number)
      return number < positions.count && positions[number] >= 0 ? positions[number] : nil
    }
    var grid = [MultiLeaderSnapshot.Stream?](repeating: nil, count: count * count)
    for stream in model.streams {
      guard let from = place(stream.origin), let to = place(stream.to) else { continue }
      grid[from * count + to] = stream
    }
    (self.ids, self.positions, self.grid) = (ids, positions, grid)
    let isUp = snapshot.nodes.map(\.state.isUp)
    self.isUp = isUp
    var next = [[Int]](repeating: [], count: count)
    let cuts = Set(snapshot.links.filter(\.isCut).map { Pen.Pair(from: $0.from, to: $0.to) })
    for edge in model.edges
    where cuts.isEmpty || !cuts.contains(Pen.Pair(from: edge.from, to: edge.to)) {
      guard let from = place(edge.from), let to = place(edge.to), isUp[from], isUp[to]
      else { continue }
      next[from].append(to)
    }
    var ways = (0..<count).flatMap { Self.reached(from: $0, next) }
    if snapshot.knobs.multiLeader.topology == .all {
      // Where everybody sends to everybody, whether others hand on what a cut link holds up shows in
      // what arrives.
      for cut in cuts {
        guard let from = place(cut.from), let to = place(cut.to) else { continue }
        let here = from * count + to
        guard ways[here], let stream = grid[here], stream.lacking > 0 else { continue }
        ways[here] = stream.lag.map { $0 < Self.handedOn } ?? false
      }
    }
    self.ways = ways
  }

  /// A write that takes longer round a cut does not come round it.
  private static let handedOn = Interval.seconds(2)

  private static func reached(from start: Int, _ next: [[Int]]) -> [Bool] {
    var seen = [Bool](repeating: false, count: next.count)
    seen[start] = true
    var (queue, left) = ([start], next.count - 1)
    while left > 0, let here = queue.popLast() {
      for there in next[here] where !seen[there] {
        seen[there] = true
        left -= 1
        queue.append(there)
      }
    }
    return seen
  }

  private func position(_ id: NodeID) -> Int? {
    let number = Int(id.number)
    return number < positions.count && positions[number] >= 0 ? positions[number] : nil
  }

  /// How far `taker` has what `origin` wrote; nil for one's own writes.
  func stream(of origin: NodeID, to taker: NodeID) -> MultiLeaderSnapshot.Stream? {
    guard let from = position(origin), let to = position(taker) else { return nil }
    return grid[from * ids.count + to]
  }

  /// Whether a write of `origin` can reach `taker` now.
  func hasWay(from origin: NodeID, to taker: NodeID) -> Bool {
    guard let from = position(origin), let to = position(taker) else { return false }
    return ways[from * ids.count + to]
  }

  /// Pairs of nodes that run of which one never hears of the other's new writes: origin and taker.
  var unheard: [(origin: NodeID, taker: NodeID)] {
    var pairs: [(origin: NodeID, taker: NodeID)] = []
    for from in ids.indices where isUp[from] {
      for to in ids.indices where to != from && isUp[to] && !ways[from * ids.count + to] {
        pairs.append((ids[from], ids[to]))
      }
    }
    return pairs
  }

  /// The streams to one taker.
  func taken(by taker: NodeID) -> [MultiLeaderSnapshot.Stream] {
    ids.compactMap { stream(of: $0, to: taker) }
  }

  /// Writes of `origin` that no other node shows: they are lost with its disk.
  func onlyAt(_ origin: NodeID) -> Int {
    ids.compactMap { stream(of: origin, to: $0)?.lacking }.min() ?? 0
  }

  /// How long a write of `origin` stays on its own disk only: the first other node's lag.
  func alone(_ origin: NodeID) -> Interval? {
    ids.compactMap { stream(of: origin, to: $0) }
      .min { $0.lacking < $1.lacking }.flatMap { $0.lacking == 0 ? .zero : $0.lag }
  }

  /// What an unknown lag counts as.
  private static let longest = Interval.seconds(86_400)

  /// The greatest lag between two nodes that run, and whose.
  var worst: MultiLeaderSnapshot.Stream? {
    var worst: MultiLeaderSnapshot.Stream?
    for from in ids.indices where isUp[from] {
      for to in ids.indices where isUp[to] {
        guard let stream = grid[from * ids.count + to], stream.lacking > 0 else { continue }
        // A write may be lacking that was made this moment.
        if worst.map({ ($0.lag ?? Self.longest) < (stream.lag ?? Self.longest) }) ?? true {
          worst = stream
        }
      }
    }
    return worst
  }

  /// The most that any taker lacks of any log.
  var mostLacking: Int { grid.reduce(0) { max($0, $1?.lacking ?? 0) } }
}
