import Positions

/// Where an event waits.
@usableFromInline struct QueueEntry: Sendable {
  @usableFromInline var at: Instant
  /// Its number above, its slot in the lower 24 bits: two words are moved faster than three.
  @usableFromInline var numberAndSlot: UInt64

  @inlinable init(at: Instant, number: UInt64, slot: Int) {
    precondition(slot < 1 << 24 && number < 1 << 40, "a queue has fewer events than that")
    self.at = at
    numberAndSlot = number << 24 | UInt64(slot)
  }

  @inlinable var slot: Int { Int(numberAndSlot & 0xFF_FFFF) }

  @inlinable func precedes(_ other: QueueEntry) -> Bool {
    at != other.at ? at < other.at : numberAndSlot < other.numberAndSlot
  }
}

/// What is to happen, in order of time; what is due at the same instant comes in the order in which
/// it was scheduled.
///
/// A binary heap of small entries points into slots that hold the events, so that large events are
/// not moved about. Inlinable, so that each owner has one made for its kind of event.
public struct EventQueue<Event: Sendable>: Sendable {
  @usableFromInline static var chunk: Int { 64 }

  @usableFromInline var heap: [QueueEntry] = []
  @usableFromInline var slots: [[Event?]] = []
  @usableFromInline var free: [Int] = []
  @usableFromInline var scheduled: UInt64 = 0

  /// An empty queue.
  @inlinable public init() {}

  /// How many events wait.
  @inlinable public var count: Int { heap.count }

  /// When the next event is due; nil when none waits.
  @inlinable public var nextTime: Instant? { heap.first?.at }

  /// Puts an event in.
  @inlinable public mutating func schedule(_ event: consuming Event, at instant: Instant) {
    let slot: Int
    if let reused = free.popLast() {
      slot = reused
    } else {
      slot = slots.count * Self.chunk
      slots.append([Event?](repeating: nil, count: Self.chunk))
      for spare in (1..<Self.chunk).reversed() { free.append(slot + spare) }
    }
    slots[slot / Self.chunk][slot % Self.chunk] = consume event
    scheduled += 1
    heap.append(QueueEntry(at: instant, number: scheduled, slot: slot))
    rise(heap.count - 1)
  }

  /// Takes the next event out.
  @inlinable public mutating func pop() -> (Instant, Event)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty {
      heap[0] = last
      sink(0)
    }
    let (chunk, position) = (first.slot / Self.chunk, first.slot % Self.chunk)
    guard let event = slots[chunk][position].take() else {
      preconditionFailure("every entry of the heap has an event")
    }
    free.append(first.slot)
    return (first.at, event)
  }

  /// The events that wait, in order of time.
  public var pending: [(at: Instant, event: Event)] {
    heap.sorted { $0.precedes($1) }.compactMap { entry in
      slots[entry.slot / Self.chunk][entry.slot % Self.chunk].map { (entry.at, $0) }
    }
  }

  @inlinable mutating func rise(_ start: Int) {
    heap.withUnsafeMutableBufferPointer { heap in
      var position = start
      let entry = heap[position]
      while position > 0 {
        let parent = (position - 1) / 2
        guard entry.precedes(heap[parent]) else { break }
        heap[position] = heap[parent]
        position = parent
      }
      heap[position] = entry
    }
  }

  @inlinable mutating func sink(_ start: Int) {
    heap.withUnsafeMutableBufferPointer { heap in
      // What comes from the heap's end mostly belongs there: the hole goes down all the way, and what
      // fills it rises as far as it must.
      let entry = heap[start]
      var position = start
      var child = 2 * position + 1
      while child + 1 < heap.count {
        if heap[child + 1].precedes(heap[child]) { child += 1 }
        heap[position] = heap[child]
        position = child
        child = 2 * position + 1
      }
      if child < heap.count {
        heap[position] = heap[child]
        position = child
      }
      while position > start {
        let parent = (position - 1) / 2
        guard entry.precedes(heap[parent]) else { break }
        heap[position] = heap[parent]
        position = parent
      }
      heap[position] = entry
    }
  }
}
