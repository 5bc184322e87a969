import Positions
import Replication
import Testing

@Suite struct KeyValueStateTests {
  /// A write that came with its record's place.
  struct Write {
    var session: UInt64
    var sequence: UInt64
    var key: [UInt8]
    var value: [UInt8]
    var index: Index
    var term: Term
  }

  @discardableResult
  static func apply(_ write: Write, to state: inout KeyValueState) -> Bool {
    var bytes: [UInt8] = []
    _ = write.key.withUnsafeBytes { key in
      write.value.withUnsafeBytes { value in
        ClientWrite.encode(
          session: write.session, sequence: write.sequence, key: key, value: value, into: &bytes)
      }
    }
    return bytes.withUnsafeBytes { payload in
      guard let view = ClientWrite.decode(payload) else { return false }
      return state.apply(view, index: write.index, term: write.term)
    }
  }

  static func bytes(_ range: ClosedRange<Int>, _ random: inout Chance) -> [UInt8] {
    (0..<Int.random(in: range, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random)
    }
  }

  /// Writes of a few sessions to a few keys of all lengths, some of them sent again.
  static func writes(_ count: Int, keys: Int, _ random: inout Chance) -> [Write] {
    let names = (0..<keys).map { number in
      [UInt8(number & 255), UInt8(number >> 8)] + bytes(0...40, &random)
    }
    var sequences = [UInt64](repeating: 0, count: 8)
    return (1...count).map { number in
      let session = Int.random(in: 0..<8, using: &random)
      if sequences[session] == 0 || Int.random(in: 0..<5, using: &random) > 0 {
        sequences[session] += UInt64.random(in: 1...2, using: &random)
      }
      return Write(
        session: UInt64(session) * 300, sequence: sequences[session],
        key: names[Int.random(in: 0..<keys, using: &random)], value: bytes(0...60, &random),
        index: Index(UInt64(number)),
        term: Term(epoch: UInt64(number) / 50 + 1, node: NodeID(1)))
    }
  }

  @Test(arguments: [1, 7, 300, 6_000])
  func showsWhatADictionaryWould(keys: Int) {
    var random = Chance(seed: UInt64(keys))
    var state = KeyValueState()
    var newest: [[UInt8]: Write] = [:]
    var sequences: [UInt64: UInt64] = [:]
    for write in Self.writes(8_000, keys: keys, &random) {
      let isNew = sequences[write.session, default: 0] < write.sequence
      #expect(Self.apply(write, to: &state) == isNew)
      guard isNew else { continue }
      sequences[write.session] = write.sequence
      newest[write.key] = write
    }
    #expect(state.count == newest.count)
    for (key, write) in newest {
      let version = state.version(of: key)
      #expect(version?.value == write.value)
      #expect(version?.index == write.index)
      #expect(version?.term == write.term)
    }
    #expect(state.version(of: [1]) == nil)
    for (session, sequence) in sequences { #expect(state.sequence(of: session) == sequence) }
    #expect(state.sequence(of: 5_000_000) == 0)
  }

  @Test func aWriteThatIsSentAgainChangesNothing() {
    var state = KeyValueState()
    let term = Term(epoch: 1, node: NodeID(1))
    func write(_ sequence: UInt64, _ value: UInt8, _ index: UInt64) -> Write {
      Write(
        session: 3, sequence: sequence, key: [7], value: [value], index: Index(index), term: term)
    }
    #expect(Self.apply(write(1, 10, 1), to: &state))
    #expect(Self.apply(write(2, 20, 2), to: &state))
    let before = state
    #expect(!Self.apply(write(1, 10, 3), to: &state))
    #expect(!Self.apply(write(2, 99, 4), to: &state))
    #expect(state == before)
  }

  @Test func equalContentsHaveEqualHashesWhateverTheOrder() {
    var random = Chance(seed: 4)
    let term = Term(epoch: 2, node: NodeID(2))
    for _ in 0..<20 {
      // Each key's own session, so that the order among keys is free.
      let final = (1...200).map { number in
        Write(
          session: UInt64(number), sequence: 9, key: [UInt8(number), 1],
          value: Self.bytes(0...30, &random), index: Index(UInt64(1_000 + number)), term: term)
      }
      var straight = KeyValueState()
      for write in final { Self.apply(write, to: &straight) }
      var shuffled = KeyValueState()
      for write in final.shuffled(using: &random) {
        // Half of the keys had other values before, of other lengths.
        if Bool.random(using: &random) {
          var earlier = write
          earlier.sequence = 1
          earlier.value = Self.bytes(0...30, &random)
          earlier.index = Index(1)
          Self.apply(earlier, to: &shuffled)
        }
        Self.apply(write, to: &shuffled)
      }
      #expect(straight.hash == shuffled.hash)
      #expect(straight.count == shuffled.count)
    }
  }

  @Test func everythingIsInTheHash() {
    let plain = Write(
      session: 1, sequence: 1, key: [1, 2], value: [3, 4], index: Index(5),
      term: Term(epoch: 6, node: NodeID(1)))
    func hash(_ change: (inout Write) -> Void) -> UInt64 {
      var write = plain
      change(&write)
      var state = KeyValueState()
      Self.apply(write, to: &state)
      return state.hash
    }
    let same = hash { _ in }
    #expect(same != KeyValueState().hash)
    #expect(same != hash { $0.key = [1, 3] })
    #expect(same != hash { $0.value = [3, 5] })
    #expect(same != hash { $0.value = [3, 4, 0] })
    #expect(same != hash { $0.index = Index(6) })
    #expect(same != hash { $0.term = Term(epoch: 6, node: NodeID(2)) })
    #expect(same == hash { $0.session = 2 })
  }

  @Test(arguments: [1, 40, 6_000])
  func encodedAndReadAgainItIsTheSame(keys: Int) throws {
    var random = Chance(seed: 5)
    var state = KeyValueState()
    for write in Self.writes(keys * 2, keys: keys, &random) { Self.apply(write, to: &state) }
    var read = try #require(KeyValueState(encoded: state.encoded))
    #expect(read == state)
    // And it goes on in the same way.
    for write in Self.writes(500, keys: keys, &random) {
      #expect(Self.apply(write, to: &read) == Self.apply(write, to: &state))
    }
    #expect(read == state)
  }

  @Test func whatIsNoStateIsRefused() {
    var state = KeyValueState()
    var random = Chance(seed: 6)
    for write in Self.writes(20, keys: 5, &random) { Self.apply(write, to: &state) }
    let bytes = state.encoded
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(KeyValueState(encoded: bytes[..<length]) == nil, "\(length)")
    }
    #expect(KeyValueState(encoded: [UInt8](repeating: 0, count: 64)) == nil)
    #expect(KeyValueState(encoded: [UInt8](repeating: 0xFF, count: 64)) == nil)
    // A bucket that claims more bytes than there can be.
    var damaged = bytes
    for offset in 24..<32 { damaged[offset] = 0xFF }
    #expect(KeyValueState(encoded: damaged) == nil)
  }
}
