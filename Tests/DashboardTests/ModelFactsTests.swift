import Canvas
import Operations
import Positions
import Testing

@testable import Dashboard

@Suite struct ModelFactsTests {
  private func flow(_ snapshot: ClusterSnapshot) -> Streams? {
    guard case .multiLeader(let model) = snapshot.model else { return nil }
    return Streams(snapshot, model)
  }

  @Test func aRingIsBrokenBehindADeadNode() throws {
    let streams = try #require(flow(Scenes.multiRing))
    let (n1, n3, n4, n5) = (NodeID(1), NodeID(3), NodeID(4), NodeID(5))
    #expect(!streams.hasWay(from: n1, to: n3))
    #expect(streams.hasWay(from: n3, to: n1))
    #expect(streams.hasWay(from: n4, to: n5))
    #expect(streams.onlyAt(n1) == 70)
    #expect(streams.unheard.count == 6)
  }

  @Test func allToAllSurvivesACut() throws {
    var snapshot = Scenes.multiHealthy
    for position in snapshot.links.indices
    where snapshot.links[position].from == NodeID(1) && snapshot.links[position].to == NodeID(2) {
      snapshot.links[position].isCut = true
    }
    let streams = try #require(flow(snapshot))
    #expect(streams.unheard.isEmpty, "n3 hands it on")
    Scenes.changeMulti(&snapshot) { model in
      for position in model.streams.indices
      where model.streams[position].origin == NodeID(1)
        && model.streams[position].to == NodeID(2)
      {
        model.streams[position].written += 90
        model.streams[position].lag = .seconds(4)
      }
    }
    let late = try #require(flow(snapshot))
    #expect(late.unheard.count == 1, "nobody does")
  }

  private func count(_ snapshot: ClusterSnapshot) -> Quorums? {
    guard case .leaderless(let model) = snapshot.model else { return nil }
    return Quorums(snapshot, model)
  }

  @Test func failuresThatQuorumsSurvive() throws {
    let healthy = try #require(count(Scenes.quorumHealthy))
    #expect([healthy.writesAfter, healthy.readsAfter] == [1, 1])
    #expect(healthy.overlap && healthy.sum == "R2+W2>N3")
    let hints = try #require(count(Scenes.quorumHints))
    #expect([hints.writesAfter, hints.readsAfter] == [0, 0])
    let sloppy = try #require(count(Scenes.quorumSloppy))
    // Two of the five are cut off from the others: they are of no use to those, though they run.
    #expect([sloppy.running, sloppy.together] == [5, 3])
    #expect([sloppy.writesAfter, sloppy.readsAfter] == [1, 1])
    #expect(!sloppy.overlap)
    let weak = try #require(count(Scenes.quorumDivergent))
    #expect(weak.sum == "R1+W1<N3" && !weak.overlap)
  }

  @Test func aPartOfTheRingStops() throws {
    var snapshot = Scenes.quorum(10)
    Scenes.kill(4, in: &snapshot)
    Scenes.kill(5, in: &snapshot)
    Scenes.changeQuorum(&snapshot) { $0.arcs = (0..<100).map { NodeID($0 / 10 + 1) } }
    let quorums = try #require(count(snapshot))
    // The arcs of n3 and n4 from which both dead nodes are among the next three.
    #expect(quorums.unwritable > 0 && quorums.unwritable < 0.5)
    #expect(quorums.writesAfter < 0)
  }

  static func screen(_ snapshot: ClusterSnapshot, _ size: Size = GoldenTests.sizes[0]) -> [String] {
    Dashboard.render(Scene(snapshot), view: ViewState(), size: size, glyphs: .unicode).text()
  }

  /// What the ledger calls lost, and what lost to a later clock, are two figures everywhere.
  @Test func losersAreNotLost() {
    let clock = Scenes.multiClock
    #expect([clock.lost, clock.outclocked] == [0, 24])
    #expect(Self.screen(clock)[0].contains("lost 0  losers 24"))
    #expect(Dashboard.farewell(clock).contains("0 lost, 24 lost to later clocks"))
    #expect(!Self.screen(Scenes.multiHealthy)[0].contains("losers"))
    #expect(!Dashboard.farewell(Scenes.multiHealthy).contains("clocks"))
    let comparison = Comparison(Scenes.multiHealthy, clock)
    #expect([comparison.there.lost, comparison.there.losers] == [0, 24])
    #expect(
      comparison.verdict
        == "this ending keeps every acked write; the other loses 24 to later clocks")
  }

  /// Only what is switched on brings the rest of the copies.
  @Test func whatBringsTheRestOfTheCopies() {
    var snapshot = Scenes.quorumHealthy
    func copies() -> String? {
      Self.screen(snapshot, GoldenTests.sizes[2]).first { $0.contains(" copies ") }
    }
    #expect(copies()?.contains("the rest by hints, reads, Merkle trees") == true)
    snapshot.knobs.leaderless.hintWindow = nil
    #expect(copies()?.contains("the rest by reads, Merkle trees") == true)
    snapshot.knobs.leaderless.antiEntropy = nil
    #expect(copies()?.contains("the rest by reads only") == true)
    snapshot.knobs.leaderless.readRepair = .off
    #expect(copies()?.contains("the rest by nothing") == true)
    snapshot.knobs.leaderless.writeQuorum = 3
    #expect(copies()?.contains("the rest") == false)
  }

  /// The share of stale reads is of the whole run: verdict and row say so, and agree.
  @Test func theShareOfStaleReadsIsOfTheRunSoFar() {
    var snapshot = Scenes.quorumHealthy
    func has(_ words: String...) -> Bool {
      let text = Self.screen(snapshot, GoldenTests.sizes[2])
      return words.allSatisfy { word in text.contains { $0.contains(word) } }
    }
    #expect(has(" MEETS ", "✓ reads", "0 % missed so far"))
    Scenes.changeQuorum(&snapshot) { $0.measuredStaleness = 0.004 }
    #expect(has(" STALE 0.4 %  of reads so far; now R2+W2>N3", "~ reads"))
    #expect(has("yet 0.4 % missed so far"))
    #expect(!has("✓ reads") && !has(" MEETS "))
    snapshot.knobs.leaderless.readQuorum = 1
    #expect(has(" STALE 0.4 %  of reads so far were stale", "~ reads", "0.4 % missed so far"))
  }

  /// A deleted key that is there again is in the verdict, a row and the top line of both models.
  @Test func deletedKeysThatCameBackAreTold() {
    var (quorum, multi) = (Scenes.quorumHealthy, Scenes.multiHealthy)
    for snapshot in [quorum, multi] {
      #expect(!Self.screen(snapshot).contains { $0.lowercased().contains("risen") })
    }
    Scenes.changeQuorum(&quorum) { $0.versions.risen = 1 }
    Scenes.changeMulti(&multi) { $0.versions.risen = 1 }
    for snapshot in [quorum, multi] {
      let text = Self.screen(snapshot)
      #expect(text[0].contains("risen 1"))
      #expect(text.contains { $0.contains(" RISEN 1  a deleted key came back") })
      #expect(text.contains { $0.contains("✗ risen  1 deleted key came back") })
    }
  }

  /// A write that is on its way since this moment is lacking all the same.
  @Test func aStreamThatIsBehindByNoTimeIsBehind() throws {
    let same = Scenes.multi(3) { _, _ in (0, 0, .zero) }
    let together = try #require(flow(same))
    #expect(together.worst == nil)
    let late = Scenes.multi(3) { origin, to in (origin == 2 && to == 3 ? 1 : 0, 0, .zero) }
    let apart = try #require(flow(late))
    let worst = try #require(apart.worst)
    #expect(worst.origin == NodeID(2) && worst.to == NodeID(3))
    #expect(!Self.screen(late).contains { $0.contains("the same at every node, now") })
    #expect(Self.screen(same).contains { $0.contains("the same at every node, now") })
  }

  /// A count that is not of this moment says so.
  @Test func anOldCountOfKeysThatDifferSaysSo() {
    var snapshot = Scenes.quorumHints
    func isOld() -> Bool {
      Self.screen(snapshot, GoldenTests.sizes[2]).contains {
        $0.contains("130 of 1,000 keys differ") && $0.contains("up to 1 s ago")
      }
    }
    #expect(!isOld())
    Scenes.changeQuorum(&snapshot) { $0.versions.divergenceAge = .milliseconds(400) }
    #expect(isOld())
  }

  /// Copies that never met are not called old.
  @Test func copiesThatNeverMetAreParted() {
    let tea = Scenes.version("tea", 1, 4, at: 150)
    let bread = Scenes.version("bread", 2, 7, at: 151)
    var key = Scenes.watched("cart:5", tea, on: [1, 2, 3], but: [2: [bread], 3: [bread]])
    key.holders[0].isNewest = false
    func words(_ word: String, _ snapshot: ClusterSnapshot) -> Int {
      Self.screen(snapshot, GoldenTests.sizes[2]).filter { line in
        ["tea", "bread"].contains { line.contains($0) } && line.contains(" \(word) ")
      }.count
    }
    for isParted in [false, true] {
      for position in key.holders.indices { key.holders[position].isParted = isParted }
      var (quorum, multi) = (Scenes.quorumHealthy, Scenes.multiHealthy)
      Scenes.changeQuorum(&quorum) { $0.versions.watched = key }
      Scenes.changeMulti(&multi) { $0.versions.watched = key }
      for snapshot in [quorum, multi] {
        #expect(words("parted", snapshot) == (isParted ? 3 : 0))
        #expect(words("old", snapshot) == (isParted ? 0 : 3))
      }
    }
  }

  /// A stand-in that has handed over made the quorum all the same.
  @Test func quorumsAreRemembered() {
    var snapshot = Scenes.quorumHealthy
    func title() -> String? { Self.screen(snapshot).first { $0.contains("key user12") } }
    #expect(title()?.contains("W n1 n2  R n1 n3") == true)
    Scenes.changeQuorum(&snapshot) {
      $0.versions.watched?.writeQuorum = [NodeID(5), NodeID(4)]
      for position in 0..<3 { $0.versions.watched?.holders[position].madeReadQuorum = false }
    }
    #expect(title()?.contains("W n4 n5") == true)
    #expect(title()?.contains("R n") == false, "nobody read it yet")
  }

  private func faults(_ snapshot: ClusterSnapshot) -> Faults? {
    guard case .multiLeader(let model) = snapshot.model else { return nil }
    return Faults(snapshot, model)
  }

  /// A ring with two faults names both, and what each piece holds.
  @Test func everyFaultOfARingIsNamed() throws {
    var snapshot = Scenes.multiRing
    let (n1, n3, n4, n5) = (NodeID(1), NodeID(3), NodeID(4), NodeID(5))
    let one = try #require(faults(snapshot))
    #expect(one.dead == [NodeID(2)] && one.cuts.isEmpty)
    #expect(one.pieces == [[n1, n3, n4, n5]])
    for position in snapshot.links.indices
    where snapshot.links[position].from == n4 && snapshot.links[position].to == n5 {
      snapshot.links[position].isCut = true
    }
    let two = try #require(faults(snapshot))
    #expect(two.cuts == [MultiLeaderSnapshot.Edge(from: n4, to: n5)])
    #expect(two.pieces == [[n1, n5], [n3, n4]])
    let text = Self.screen(snapshot, GoldenTests.sizes[2])
    #expect(text.contains { $0.contains("broken at n2 n4→n5: in 2 pieces, n1 n5 | n3 n4") })
  }

  /// In a star the end of a ray breaks nothing, and the middle everything.
  @Test func aStarBreaksInItsMiddle() throws {
    var ray = Scenes.multi(4, .star) { _, _ in (0, 0, .zero) }
    var middle = ray
    Scenes.kill(4, in: &ray)
    Scenes.kill(1, in: &middle)
    let none = try #require(faults(ray))
    #expect(none.isEmpty)
    let broken = try #require(faults(middle))
    #expect(broken.dead == [NodeID(1)])
    #expect(broken.pieces == [[NodeID(2)], [NodeID(3)], [NodeID(4)]])
  }
}
