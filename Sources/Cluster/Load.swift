import Collections
import Histogram
import Operations
import Positions
import Records
import Replication
import World

/// The clients and what they do: a workload's mix at a rate, or in a closed loop.
struct Load: Sendable {
  /// The settings as an operator gives them.
  var settings: LoadChange
  /// The sessions; session i + 1 belongs to client i, session 0 to the operator.
  var clients: [Client] = []
  /// The operator's own session.
  var operatorClient: Client
  /// What the operator's operation writes or reads.
  var named = NamedOperation(key: [], value: [], target: nil)
  /// The operator's writes whose outcome is not known yet, oldest first.
  var operatorWrites: [OperatorWrite] = []
  /// What sessions know, by session, where several nodes take writes.
  var knowledge: [SessionKnowledge] = []
  /// Why a node did not take the operator's operation, the newest reason.
  var refusal: String?
  /// Where leaders put the operator's last write: a retry may be in more than one log.
  var operatorPlaces: [OperatorPlace] = []
  /// Clients without an operation, the longest idle first.
  var idle: Deque<Int> = []
  /// When operations that found no idle client should have begun.
  var backlog: Deque<Instant> = []
  /// Counts changes of the rate: arrivals of an earlier one are dropped.
  var generation: UInt32 = 0
  var zipfian: Zipfian
  /// Keys inserted beyond the first ones (YCSB D and E).
  var inserted = 0
  /// Overrides the mix: writes only, for the benchmark.
  var writesOnly = false
  /// Keys that are to be written before anything else is done, one after another: for the benchmark.
  var toLoad = 0..<0
  /// Where sequences begin, so that a later process's are above an earlier one's.
  let sequenceBase: UInt64
  /// Writes under way to each node (by offset), sent together at the end of a turn.
  var outbox: [Proposal] = []
  var outboxNodes: [Int] = []
  /// Writes in the proposal before: the next will have about as many.
  var proposalBefore = 0

  static let backlogMaximum = 10_000
  static let patience = Interval.seconds(2)
  /// How long an operator's operation is tried: scripts go on after 2 s and must find what came of it.
  static let operatorTries = Interval.milliseconds(1900)
  /// How long an operator waits for a node that has a write and does not answer.
  static let operatorPatience = Interval.seconds(60)
  static let pause = Interval.milliseconds(50)
  /// Writes that travel together at most: the disks begin with the first while the last are made.
  static let proposalMaximum = 512
  /// Keys inserted before the first are written again.
  static let insertedMaximum = 100_000

  init(settings: LoadChange, sequenceBase: UInt64) {
    self.settings = settings
    self.sequenceBase = sequenceBase
    zipfian = Zipfian(count: settings.keys ?? 1000)
    operatorClient = Client(
      site: 0, leader: NodeID(1), sequence: sequenceBase, operation: nil, turn: 0)
  }

  var workload: Workload { settings.workload ?? .a }
  var rate: Double { settings.rate ?? 0 }
  var isClosedLoop: Bool { rate == .infinity }
  var keys: Int { settings.keys ?? 1000 }
  var valueSize: Int { settings.valueSize ?? 128 }

  /// Draws the next operation's kind and key.
  mutating func draw(_ random: inout RandomSource) -> (Operation.Kind, key: Int) {
    if let key = toLoad.first {
      toLoad.removeFirst()
      return (.write, key)
    }
    if writesOnly { return (.write, random.uniform(0..<keys)) }
    let share = random.unit()
    switch workload {
    case .a: return (share < 0.5 ? .read : .write, zipfian.next(&random))
    case .b: return (share < 0.95 ? .read : .write, zipfian.next(&random))
    case .c: return (.read, zipfian.next(&random))
    case .d:
      if share < 0.95 { return (.read, max(0, keys + inserted - 1 - zipfian.rank(&random))) }
      return (.write, insertedKey())
    case .e:
      if share < 0.95 { return (.scan(1 + random.uniform(0..<100)), zipfian.next(&random)) }
      return (.write, insertedKey())
    case .f: return (share < 0.5 ? .read : .readModifyWrite, zipfian.next(&random))
    }
  }

  /// The next new key; after very many the first of them come again, so that a lab left running does
  /// not grow for ever.
  private mutating func insertedKey() -> Int {
    inserted = inserted % Self.insertedMaximum + 1
    return keys + inserted - 1
  }

  /// The bytes of key `number`: `user` and the number.
  static func key(_ number: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: keyMaximum) { buffer, count in
      count = writeKey(number, to: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  /// The hash that the checker knows key `number` by: ``hash(_:)`` of its bytes.
  static func keyHash(_ number: Int) -> UInt64 {
    withUnsafeTemporaryAllocation(byteCount: keyMaximum, alignment: 8) { scratch in
      hash(UnsafeRawBufferPointer(rebasing: scratch[..<writeKey(number, to: scratch)]))
    }
  }

  /// The hash that the checker knows a key by.
  static func hash(_ key: UnsafeRawBufferPointer) -> UInt64 { ChainHash.hash(key) }

  /// Bytes of the longest key that the load writes.
  private static let keyMaximum = 24

  /// Puts key `number` at the beginning of `bytes`; gives its length.
  private static func writeKey(_ number: Int, to bytes: UnsafeMutableRawBufferPointer) -> Int {
    bytes.storeBytes(of: UInt32(0x7265_7375).littleEndian, as: UInt32.self)
    var digits = 1
    var rest = number / 10
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    rest = number
    for position in stride(from: 3 + digits, to: 3, by: -1) {
      bytes[position] = 0x30 + UInt8(rest % 10)
      rest /= 10
    }
    return 4 + digits
  }

  /// Puts a client's write into what goes to its node; the value is a function of session and
  /// sequence, so that a retry writes the same.
  mutating func enqueue(_ operation: Operation, session: UInt64) {
    let node = operation.node.offset
    while outbox.count <= node { outbox.append(Proposal()) }
    if outbox[node].origins.isEmpty {
      outboxNodes.append(node)
      let count = proposalBefore
      outbox[node].origins.reserveCapacity(count)
      outbox[node].spans.reserveCapacity(count)
      outbox[node].bytes.reserveCapacity(count * (valueSize + 32))
    }
    if session == 0 {
      let span = named.key.withUnsafeBytes { key in
        named.value.withUnsafeBytes { value in
          ClientWrite.encode(
            session: session, sequence: operation.sequence, key: key, value: value,
            into: &outbox[node].bytes)
        }
      }
      outbox[node].spans.append(span)
    } else {
      encodeDrawn(operation, session: session, node: node)
    }
    outbox[node].origins.append(WriteOrigin(session: session, sequence: operation.sequence))
  }

  /// Encodes key and value on the stack: this is done for every write of the load.
  private mutating func encodeDrawn(_ operation: Operation, session: UInt64, node: Int) {
    let size = valueSize
    let words = (size + 7) / 8
    withUnsafeTemporaryAllocation(byteCount: Self.keyMaximum + words * 8, alignment: 8) { scratch in
      let length = Self.writeKey(operation.key, to: scratch)
      Self.writeValue(session, operation.sequence, words, to: scratch, at: length)
      let span = ClientWrite.encode(
        session: session, sequence: operation.sequence,
        key: UnsafeRawBufferPointer(rebasing: scratch[..<length]),
        value: UnsafeRawBufferPointer(rebasing: scratch[length..<length + size]),
        into: &outbox[node].bytes)
      outbox[node].spans.append(span)
    }
  }

  /// The value that a session writes: letters from a to p, eight at a time.
  private static func writeValue(
    _ session: UInt64, _ sequence: UInt64, _ words: Int, to scratch: UnsafeMutableRawBufferPointer,
    at start: Int
  ) {
    var word = session &* 0x9E37_79B9_7F4A_7C15 ^ sequence
    for position in 0..<words {
      word = word &* 0xD129_0DDF_7C1F_4B5D &+ 0x9E37_79B9_7F4A_7C15
      let letters = (word >> 4) & 0x0F0F_0F0F_0F0F_0F0F &+ 0x6161_6161_6161_6161
      scratch.storeBytes(
        of: letters.littleEndian, toByteOffset: start + position * 8, as: UInt64.self)
    }
  }

  /// What a session's write does to a key of this rule.
  func change(session: UInt64, _ sequence: UInt64, rule: MergeRule) -> Change {
    switch rule {
    case .lastWriterWins, .siblings:
      let size = valueSize
      let words = (size + 7) / 8
      var value = [UInt8](unsafeUninitializedCapacity: words * 8) { buffer, count in
        Self.writeValue(
          session, sequence, words, to: UnsafeMutableRawBufferPointer(buffer), at: 0)
        count = words * 8
      }
      value.removeLast(words * 8 - size)
      return .value(value)
    case .growCounter, .counter: return .add(1)
    // Few elements, so that sets stay small.
    case .set: return .insert(Array("element\(sequence % 16)".utf8))
    }
  }
}
