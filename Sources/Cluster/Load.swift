import Collections
import Histogram
import Operations
import Positions
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
  /// Where sequences begin, so that a later process's are above an earlier one's.
  let sequenceBase: UInt64
  /// Writes under way to each node (by offset), sent together at the end of a turn.
  var outbox: [Proposal] = []
  var outboxNodes: [Int] = []

  static let backlogMaximum = 10_000
  static let patience = Interval.seconds(2)
  static let pause = Interval.milliseconds(50)

  init(settings: LoadChange, sequenceBase: UInt64) {
    self.settings = settings
    self.sequenceBase = sequenceBase
    zipfian = Zipfian(count: settings.keys ?? 1000)
    operatorClient = Client(
      site: SiteID("site1"), leader: NodeID(1), sequence: sequenceBase, operation: nil, turn: 0)
  }

  var workload: Workload { settings.workload ?? .a }
  var rate: Double { settings.rate ?? 0 }
  var isClosedLoop: Bool { rate == .infinity }
  var keys: Int { settings.keys ?? 1000 }
  var valueSize: Int { settings.valueSize ?? 128 }

  /// Draws the next operation's kind and key.
  mutating func draw(_ random: inout RandomSource) -> (Operation.Kind, key: Int) {
    if writesOnly { return (.write, random.uniform(0..<keys)) }
    let share = random.unit()
    switch workload {
    case .a: return (share < 0.5 ? .read : .write, zipfian.next(&random))
    case .b: return (share < 0.95 ? .read : .write, zipfian.next(&random))
    case .c: return (.read, zipfian.next(&random))
    case .d:
      if share < 0.95 { return (.read, max(0, keys + inserted - 1 - zipfian.rank(&random))) }
      inserted += 1
      return (.write, keys + inserted - 1)
    case .e:
      if share < 0.95 { return (.scan(1 + random.uniform(0..<100)), zipfian.next(&random)) }
      inserted += 1
      return (.write, keys + inserted - 1)
    case .f: return (share < 0.5 ? .read : .readModifyWrite, zipfian.next(&random))
    }
  }

  /// The bytes of key `number`: `user` and the number.
  static func key(_ number: Int) -> [UInt8] {
    var key: [UInt8] = [0x75, 0x73, 0x65, 0x72]
    append(number, to: &key)
    return key
  }

  private static func append(_ number: Int, to bytes: inout [UInt8]) {
    if number >= 10 { append(number / 10, to: &bytes) }
    bytes.append(0x30 + UInt8(number % 10))
  }

  /// Puts a client's write into what goes to its node; the value is a function of session and
  /// sequence, so that a retry writes the same.
  mutating func enqueue(_ operation: Operation, session: UInt64) {
    let node = operation.node.offset
    while outbox.count <= node { outbox.append(Proposal()) }
    if outbox[node].origins.isEmpty { outboxNodes.append(node) }
    let span: PayloadBytes
    if let named = operation.named {
      span = PayloadBytes(key: named.key, value: named.value)
      outbox[node].spans.append(
        span.key.withUnsafeBytes { key in
          span.value.withUnsafeBytes { value in
            ClientWrite.encode(
              session: session, sequence: operation.sequence, key: key, value: value,
              into: &outbox[node].bytes)
          }
        })
    } else {
      encodeDrawn(operation, session: session, node: node)
    }
    outbox[node].origins.append(WriteOrigin(session: session, sequence: operation.sequence))
  }

  private struct PayloadBytes {
    var key: [UInt8]
    var value: [UInt8]
  }

  /// Encodes key and value on the stack: this is done for every write of the load.
  private mutating func encodeDrawn(_ operation: Operation, session: UInt64, node: Int) {
    let size = valueSize
    withUnsafeTemporaryAllocation(byteCount: 24 + size, alignment: 8) { scratch in
      var length = 4
      for (offset, byte) in [0x75, 0x73, 0x65, 0x72].enumerated() {
        scratch[offset] = UInt8(byte)
      }
      var digits = 1
      var rest = operation.key / 10
      while rest > 0 {
        digits += 1
        rest /= 10
      }
      rest = operation.key
      for position in stride(from: length + digits - 1, through: length, by: -1) {
        scratch[position] = 0x30 + UInt8(rest % 10)
        rest /= 10
      }
      length += digits
      var word = session &* 0x9E37_79B9_7F4A_7C15 ^ operation.sequence
      for offset in 0..<size {
        if offset % 8 == 0 { word = word &* 0xD129_0DDF_7C1F_4B5D &+ 1 }
        scratch[length + offset] = 0x61 + UInt8((word >> UInt64(offset % 8 * 8)) & 0x0F)
      }
      let span = ClientWrite.encode(
        session: session, sequence: operation.sequence,
        key: UnsafeRawBufferPointer(rebasing: scratch[..<length]),
        value: UnsafeRawBufferPointer(rebasing: scratch[length..<length + size]),
        into: &outbox[node].bytes)
      outbox[node].spans.append(span)
    }
  }
}
