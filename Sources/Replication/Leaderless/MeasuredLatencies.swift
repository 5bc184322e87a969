/// What a prediction of staleness draws from, in seconds.
enum MeasuredLatencies: Equatable, Sendable {
  typealias Leg = StalenessPrediction.Leg

  /// One-way latencies, each by itself.
  case each(
    write: [Double], acknowledgement: [Double], read: [Double], response: [Double])
  /// Whole requests, one after another, each with a leg for each replica.
  case whole(writes: [Leg], reads: [Leg])
}

/// A write and a read of one key as they may meet: for each replica its part in both.
struct Trial {
  typealias Leg = StalenessPrediction.Leg

  private(set) var writes: [Leg]
  private(set) var reads: [Leg]
  private let seed: UInt64
  private var counter: UInt64 = 0

  init(replicas: Int, seed: UInt64) {
    writes = Array(repeating: Leg(there: 0, back: 0), count: replicas)
    reads = writes
    self.seed = seed
  }

  private mutating func number(below bound: Int) -> Int {
    defer { counter += 1 }
    return CountedChance.number(below: bound, seed: seed, counter: counter)
  }

  private mutating func one(of samples: [Double]) -> Double {
    samples[number(below: samples.count)]
  }

  /// Draws the next.
  mutating func draw(from measured: MeasuredLatencies) {
    switch measured {
    case .each(let write, let acknowledgement, let read, let response):
      for replica in writes.indices {
        writes[replica].there = one(of: write)
        writes[replica].back = one(of: acknowledgement)
        reads[replica].there = one(of: read)
        reads[replica].back = one(of: response)
      }
    case .whole(let writeLegs, let readLegs):
      let replicas = writes.count
      let write = number(below: writeLegs.count / replicas) * replicas
      let read = number(below: readLegs.count / replicas) * replicas
      for replica in 0..<replicas {
        writes[replica] = writeLegs[write + replica]
        reads[replica] = readLegs[read + replica]
      }
      // Any replica of the write may be any of the read.
      for place in stride(from: replicas - 1, to: 0, by: -1) {
        reads.swapAt(place, number(below: place + 1))
      }
    }
  }
}
