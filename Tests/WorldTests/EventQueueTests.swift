import Positions
import Testing
import World

/// The queue beside a list that is searched for what is due first.
@Suite struct EventQueueTests {
  /// The dumb queue: the first of the earliest.
  struct Oracle {
    var waiting: [(at: Instant, event: Int)] = []

    mutating func pop() -> (Instant, Int)? {
      guard let earliest = waiting.map(\.at).min(),
        let position = waiting.firstIndex(where: { $0.at == earliest })
      else { return nil }
      let next = waiting.remove(at: position)
      return (next.at, next.event)
    }
  }

  static func instant(_ nanoseconds: Int) -> Instant {
    Instant(nanoseconds: Int64(nanoseconds))
  }

  @Test(arguments: 1...40)
  func comesInOrderOfTimeAndThenOfScheduling(seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    var queue = EventQueue<Int>()
    var oracle = Oracle()
    // Few instants, so that many are equal; more in than out, then more out than in.
    for step in 0..<1_500 {
      if random.uniform(0..<10) < (step < 900 ? 6 : 3) {
        let at = Self.instant(random.uniform(0..<20))
        queue.schedule(step, at: at)
        oracle.waiting.append((at, step))
      } else {
        let (found, wanted) = (queue.pop(), oracle.pop())
        #expect(found?.0 == wanted?.0)
        #expect(found?.1 == wanted?.1)
      }
      #expect(queue.count == oracle.waiting.count)
      #expect(queue.nextTime == oracle.waiting.map(\.at).min())
    }
    var sorted: [Int] = []
    var rest = oracle
    while let (_, event) = rest.pop() { sorted.append(event) }
    #expect(queue.pending.map(\.event) == sorted)
    #expect(queue.count == sorted.count)
  }

  @Test func equalInstantsKeepTheOrderOfScheduling() {
    var queue = EventQueue<Int>()
    for number in 0..<1_000 { queue.schedule(number, at: Self.instant(7)) }
    var found: [Int] = []
    while let (at, number) = queue.pop() {
      #expect(at == Self.instant(7))
      found.append(number)
      // What is scheduled now for the same instant comes after all that waits.
      if number < 1_000, number % 100 == 0 { queue.schedule(number + 10_000, at: Self.instant(7)) }
    }
    #expect(found.prefix(1_000).elementsEqual(0..<1_000))
    #expect(found.dropFirst(1_000).elementsEqual((0..<10).map { 10_000 + 100 * $0 }))
  }

  @Test func anEmptyQueueHasNothing() {
    var queue = EventQueue<String>()
    #expect(queue.pop() == nil)
    #expect(queue.nextTime == nil)
    queue.schedule("only", at: .distantFuture)
    #expect(queue.pop()?.1 == "only")
    #expect(queue.pop() == nil)
    #expect(queue.count == 0)
  }

  @Test func aCopyGoesItsOwnWay() {
    var queue = EventQueue<[Int]>()
    for number in 0..<200 { queue.schedule([number], at: Self.instant(number / 3)) }
    var copy = queue
    for _ in 0..<100 { _ = copy.pop() }
    for number in 0..<50 { copy.schedule([-number], at: .start) }
    var found: [Int] = []
    while let (_, event) = queue.pop() { found += event }
    #expect(found == Array(0..<200))
    #expect(copy.count == 150)
  }
}
