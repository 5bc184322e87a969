import Positions
import Testing
import World

@Suite struct NetworkTests {
  static let (one, two, three) = (NodeID(1), NodeID(2), NodeID(3))
  static let here = SiteID("here")
  static let there = SiteID("there")

  /// Three nodes, n3 at another site.
  static func network(
    latency: Interval = .milliseconds(1), jitter: Interval = .zero
  ) -> Network {
    var network = Network()
    network.setDefaults(latency: latency, jitter: jitter)
    network.add(one, site: here)
    network.add(two, site: here)
    network.add(three, site: there)
    return network
  }

  /// How long each of `count` messages takes that n1 sends to `to`, one every `spacing`.
  static func delays(
    _ network: inout Network, to: NodeID = two, count: Int, bytes: Int = 100,
    spacing: Interval = .milliseconds(100), seed: UInt64 = 1
  ) -> [Interval?] {
    var random = RandomSource(seed: seed)
    var now = Instant.start
    return (0..<count).map { _ in
      defer { now = now + spacing }
      return network.transmit(
        from: .node(one), to: .node(to), bytes: bytes, now: now, random: &random
      ).map { $0 - now }
    }
  }

  // MARK: Latency

  @Test func aMessageTakesTheLinksLatency() {
    var network = Self.network()
    #expect(Self.delays(&network, count: 5) == Array(repeating: .milliseconds(1), count: 5))
    network.setDelay(.milliseconds(20), from: Self.one, to: Self.two)
    #expect(Self.delays(&network, count: 5).last == .milliseconds(21))
    #expect(network.latency(from: .node(Self.one), to: .node(Self.two)) == .milliseconds(21))
    // The way back is its own.
    #expect(network.latency(from: .node(Self.two), to: .node(Self.one)) == .milliseconds(1))
    let link = network.link(from: Self.one, to: Self.two)
    #expect(link.latency == .milliseconds(21))
    #expect(link.addedLatency == .milliseconds(20))
  }

  @Test func sitesAreApartBothWays() {
    var network = Self.network()
    network.setSiteLatency(Self.there, Self.here, .milliseconds(30))
    #expect(network.latency(from: .node(Self.one), to: .node(Self.two)) == .milliseconds(1))
    for (from, to) in [(Self.one, Self.three), (Self.three, Self.two)] {
      #expect(network.latency(from: .node(from), to: .node(to)) == .milliseconds(31))
    }
    // The newest word counts; a move takes effect at once.
    network.setSiteLatency(Self.here, Self.there, .milliseconds(10))
    #expect(network.latency(from: .node(Self.one), to: .node(Self.three)) == .milliseconds(11))
    network.place(Self.three, in: Self.here)
    #expect(network.latency(from: .node(Self.one), to: .node(Self.three)) == .milliseconds(1))
  }

  @Test func clientsAreAsFarAsTheirSite() {
    var network = Self.network()
    network.setSiteLatency(Self.here, Self.there, .milliseconds(10))
    var random = RandomSource(seed: 1)
    func arrival(_ from: Endpoint, _ to: Endpoint) -> Instant? {
      network.transmit(from: from, to: to, bytes: 10, now: .start, random: &random)
    }
    #expect(arrival(.client(Self.here), .node(Self.one)) == .start)
    #expect(arrival(.client(Self.here), .node(Self.three)) == .start + .milliseconds(10))
    #expect(arrival(.node(Self.three), .client(Self.here)) == .start + .milliseconds(10))
    #expect(arrival(.client(SiteID("elsewhere")), .node(Self.one)) == .start)
  }

  @Test func jitterStaysWithinItsBounds() {
    var network = Self.network(latency: .milliseconds(10), jitter: .milliseconds(2))
    let delays = Self.delays(&network, count: 3_000).compactMap { $0 }
    #expect(delays.count == 3_000)
    #expect(delays.allSatisfy { $0 >= .milliseconds(8) && $0 <= .milliseconds(12) })
    // And fills them, evenly.
    #expect((delays.min() ?? .zero) < .milliseconds(8) + .microseconds(20))
    #expect((delays.max() ?? .zero) > .milliseconds(12) - .microseconds(20))
    let mean = delays.reduce(0) { $0 + $1.milliseconds } / Double(delays.count)
    #expect(abs(mean - 10) < 0.1)
  }

  @Test func aLinksOwnJitterReplacesTheCommonOne() {
    var network = Self.network(latency: .milliseconds(10), jitter: .milliseconds(2))
    network.setJitter(.zero, from: Self.one, to: Self.two)
    #expect(Self.delays(&network, count: 50).allSatisfy { $0 == .milliseconds(10) })
    #expect(Set(Self.delays(&network, to: Self.three, count: 50)).count > 1)
    #expect(network.link(from: Self.one, to: Self.two).jitter == .zero)
    #expect(network.link(from: Self.one, to: Self.three).jitter == .milliseconds(2))
  }

  @Test func nothingArrivesBeforeItIsSent() {
    var network = Self.network(latency: .milliseconds(1), jitter: .milliseconds(50))
    let delays = Self.delays(&network, count: 1_000).compactMap { $0 }
    #expect(delays.allSatisfy { $0 >= .zero })
  }

  // MARK: Order

  @Test func noMessageOvertakesAnother() {
    var network = Self.network(latency: .milliseconds(1), jitter: .milliseconds(50))
    network.setLoss(0.2, from: Self.one, to: Self.two)
    var random = RandomSource(seed: 2)
    var last = Instant.start
    var now = Instant.start
    for _ in 0..<3_000 {
      now = now + .microseconds(random.uniform(0..<500))
      guard
        let arrival = network.transmit(
          from: .node(Self.one), to: .node(Self.two), bytes: 10, now: now, random: &random)
      else { continue }
      #expect(arrival >= last)
      last = arrival
    }
  }

  @Test func messagesAreOvertakenAndComeTwiceAsOftenAsTold() {
    var network = Self.network()
    var random = RandomSource(seed: 8)
    let (one, two) = (NodeID(1), NodeID(2))
    network.setReorders(0.2, from: one, to: two)
    network.setDuplicates(0.3, from: one, to: two)
    var arrivals: [Instant] = []
    var twice = 0
    for step in 0..<2000 {
      let now = Instant.start + .microseconds(step * 100)
      guard
        let arrival = network.transmit(
          from: .node(one), to: .node(two), bytes: 100, now: now, random: &random)
      else {
        Issue.record("lost")
        continue
      }
      #expect(arrival >= now)
      arrivals.append(arrival)
      if let again = network.duplicate(from: one, to: two, arrival: arrival, random: &random) {
        #expect(again >= arrival)
        twice += 1
      }
    }
    let overtaken = zip(arrivals, arrivals.dropFirst()).filter { $0 > $1 }.count
    #expect((200...500).contains(overtaken))
    #expect((500...700).contains(twice))
    network.resetLinks()
    #expect(network.link(from: one, to: two).duplicates == 0)
  }

  @Test func aLinkThatIsChangedDoesNotWaitForWhatIsUnderWay() {
    var network = Self.network(latency: .milliseconds(1), jitter: .zero)
    var random = RandomSource(seed: 3)
    func sent(_ network: inout Network, at now: Instant) -> Instant? {
      network.transmit(
        from: .node(Self.one), to: .node(Self.two), bytes: 1000, now: now, random: &random)
    }
    let second = Instant.start + .seconds(1)
    network.setDelay(.seconds(30), from: Self.one, to: Self.two)
    _ = sent(&network, at: .start)
    network.setDelay(.zero, from: Self.one, to: Self.two)
    #expect(sent(&network, at: second) == second + .milliseconds(1))
    network.setBandwidth(1, from: Self.one, to: Self.two)
    _ = sent(&network, at: second)
    network.resetLinks()
    #expect(sent(&network, at: second) == second + .milliseconds(1))
  }

  @Test func aSlowLinkHoldsUpNoOther() {
    var network = Self.network()
    network.setDelay(.seconds(9), from: Self.one, to: Self.two)
    #expect(Self.delays(&network, count: 1) == [.seconds(9) + .milliseconds(1)])
    #expect(Self.delays(&network, to: Self.three, count: 1) == [.milliseconds(1)])
  }

  // MARK: Bandwidth

  @Test func bytesTakeTheirTimeOneMessageAfterTheOther() {
    var network = Self.network()
    // 1,000 bytes at 100,000 a second: 10 ms each.
    network.setBandwidth(100_000, from: Self.one, to: Self.two)
    let spaced = Self.delays(&network, count: 3, bytes: 1_000)
    #expect(spaced == Array(repeating: .milliseconds(11), count: 3))
    // Sent at once, they wait for one another; small ones, too.
    network = Self.network()
    network.setBandwidth(100_000, from: Self.one, to: Self.two)
    let together = Self.delays(&network, count: 4, bytes: 1_000, spacing: .zero)
    #expect(together == [11, 21, 31, 41].map { .milliseconds($0) })
    // The other direction has its own, here none.
    var random = RandomSource(seed: 1)
    let back = network.transmit(
      from: .node(Self.two), to: .node(Self.one), bytes: 1 << 20, now: .start, random: &random)
    #expect(back == .start + .milliseconds(1))
  }

  // MARK: Loss and cuts

  @Test(arguments: [0.0, 0.01, 0.3, 0.9, 1.0])
  func loseTheirShare(loss: Double) {
    var network = Self.network()
    network.setLoss(loss, from: Self.one, to: Self.two)
    let count = 20_000
    let lost = Self.delays(&network, count: count, spacing: .microseconds(1)).count { $0 == nil }
    // Within five standard deviations; nothing and everything exactly.
    let allowed = 5 * (Double(count) * loss * (1 - loss)).squareRoot()
    #expect(abs(Double(lost) - Double(count) * loss) <= allowed)
    #expect(!Self.delays(&network, to: Self.three, count: 100).contains(nil))
  }

  @Test func aCutIsOneWay() {
    var network = Self.network()
    network.setCut(true, from: Self.one, to: Self.two)
    var random = RandomSource(seed: 1)
    func arrives(_ from: NodeID, _ to: NodeID) -> Bool {
      network.transmit(from: .node(from), to: .node(to), bytes: 1, now: .start, random: &random)
        != nil
    }
    #expect(!arrives(Self.one, Self.two))
    #expect(arrives(Self.two, Self.one))
    #expect(arrives(Self.one, Self.three))
    #expect(network.isCut(from: Self.one, to: Self.two))
    #expect(!network.isCut(from: Self.two, to: Self.one))
    network.setCut(false, from: Self.one, to: Self.two)
    #expect(arrives(Self.one, Self.two))
  }

  @Test func isolationCutsAllWays() {
    var network = Self.network()
    network.isolate(Self.two)
    let nodes = [Self.one, Self.two, Self.three]
    for from in nodes {
      for to in nodes where from != to {
        #expect(network.isCut(from: from, to: to) == (from == Self.two || to == Self.two))
      }
    }
    network.mendAll()
    for from in nodes {
      for to in nodes { #expect(!network.isCut(from: from, to: to)) }
    }
  }

  @Test func mendingLeavesDelaysAndResettingDoesNot() {
    var network = Self.network()
    network.setDelay(.seconds(1), from: Self.one, to: Self.two)
    network.setLoss(0.5, from: Self.one, to: Self.two)
    network.setBandwidth(1, from: Self.one, to: Self.two)
    network.setJitter(.seconds(2), from: Self.one, to: Self.two)
    network.setCut(true, from: Self.one, to: Self.two)
    network.mendAll()
    var link = network.link(from: Self.one, to: Self.two)
    #expect(!link.isCut)
    #expect(link.addedLatency == .seconds(1))
    #expect(link.loss == 0.5)
    #expect(link.bandwidth == 1)
    network.resetLinks()
    link = network.link(from: Self.one, to: Self.two)
    #expect(link == network.link(from: Self.two, to: Self.one))
    #expect(link.latency == .milliseconds(1))
  }

  // MARK: Members and histories

  @Test func aMemberThatJoinsLaterIsLinkedBothWays() {
    var network = Self.network()
    network.setCut(true, from: Self.one, to: Self.two)
    let five = NodeID(5)
    network.add(five, site: Self.here)
    var random = RandomSource(seed: 1)
    for (from, to) in [(five, Self.one), (Self.three, five)] {
      let arrival = network.transmit(
        from: .node(from), to: .node(to), bytes: 1, now: .start, random: &random)
      #expect(arrival == .start + .milliseconds(1))
    }
    #expect(network.isCut(from: Self.one, to: Self.two))
  }

  @Test func equalSeedsHaveEqualHistories() {
    func history(seed: UInt64) -> [Interval?] {
      var network = Self.network(latency: .milliseconds(3), jitter: .milliseconds(2))
      network.setLoss(0.1, from: Self.one, to: Self.two)
      network.setBandwidth(50_000, from: Self.one, to: Self.two)
      return Self.delays(&network, count: 500, spacing: .milliseconds(1), seed: seed)
    }
    #expect(history(seed: 9) == history(seed: 9))
    #expect(history(seed: 9) != history(seed: 10))
  }
}
