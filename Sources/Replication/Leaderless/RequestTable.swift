/// What is under way, found by the number that its messages carry.
///
/// A number names a place in the table, how many were given before, and the node's incarnation: an
/// answer that comes too late, or for a former life of the node, finds nothing.
struct RequestTable<Value: Sendable>: Sendable {
  /// What is at each place; nil where nothing is. Only values are changed from outside.
  var values: [Value?] = []
  private(set) var numbers: [UInt64] = []
  private var free: [Int] = []
  private var given: UInt64 = 0
  private let kind: RequestKind
  /// The incarnation that its numbers name.
  var incarnation: UInt64 = 0

  private static var placeMask: UInt64 { 1 << 18 - 1 }

  init(_ kind: RequestKind) { self.kind = kind }

  /// How many are under way.
  var count: Int { values.count - free.count }

  /// Takes something in; gives its number.
  mutating func insert(_ value: Value) -> UInt64 {
    let place = free.popLast() ?? values.count
    given &+= 1
    let number =
      (incarnation & 0xFFFF) << 48 | (given & 0x7FF_FFFF) << 21
      | (UInt64(place) & Self.placeMask) << 3 | kind.rawValue
    if place == values.count {
      values.append(value)
      numbers.append(number)
    } else {
      values[place] = value
      numbers[place] = number
    }
    return number
  }

  /// Where `number` is; nil when that is over.
  func place(of number: UInt64) -> Int? {
    let place = Int(number >> 3 & Self.placeMask)
    return place < numbers.count && numbers[place] == number ? place : nil
  }

  /// It is over.
  mutating func remove(at place: Int) {
    guard numbers[place] != 0 else { return }
    values[place] = nil
    numbers[place] = 0
    free.append(place)
  }
}

/// What a number begins with, so that an answer is looked for in one table only.
enum RequestKind: UInt64 {
  case write = 1
  case read
  case hint
  case tombstone
  case move

  /// Which table a number is of; nil when it is none's.
  init?(of number: UInt64) { self.init(rawValue: number & 7) }
}

extension LeaderlessReplica {
  /// Whether a message's number is of a client's write, for those who watch; else of a
  /// read, or of what nodes do for themselves.
  public static func isWrite(_ number: UInt64) -> Bool { RequestKind(of: number) == .write }
}
