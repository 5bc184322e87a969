import Positions
import Replication
import Testing

/// What records hold: members and clients' writes.
@Suite struct EncodingTests {
  @Test func membersAreReadAsTheyWereWritten() {
    var random = Chance(seed: 1)
    for _ in 0..<500 {
      let nodes = (1...300).shuffled(using: &random).prefix(Int.random(in: 0...9, using: &random))
      let split = Int.random(in: 0...nodes.count, using: &random)
      let members = Membership(
        voters: nodes.prefix(split).map { NodeID($0) },
        learners: nodes.dropFirst(split).map { NodeID($0) })
      #expect(members.encoded.withUnsafeBytes { Membership(encoded: $0) } == members)
      #expect(members.voters == members.voters.sorted())
      #expect(members.majority * 2 > members.voters.count)
      #expect((members.majority - 1) * 2 <= members.voters.count)
    }
  }

  @Test func whatIsNoMembershipIsRefused() {
    let bytes = Membership(voters: [NodeID(1), NodeID(2)], learners: [NodeID(3)]).encoded
    func read(_ bytes: [UInt8]) -> Membership? {
      bytes.withUnsafeBytes { Membership(encoded: $0) }
    }
    for length in 0..<bytes.count { #expect(read(Array(bytes[..<length])) == nil, "\(length)") }
    #expect(read(bytes + [0]) == nil)
    var zero = bytes
    zero[4] = 0
    #expect(read(zero) == nil)
  }

  @Test func writesAreReadAsTheyWereWritten() {
    for (key, value) in [([UInt8](), [UInt8]()), ([1, 2], []), ([], [3]), ([4], [5, 6, 7])] {
      var bytes: [UInt8] = [9, 9]
      let span = key.withUnsafeBytes { key in
        value.withUnsafeBytes { value in
          ClientWrite.encode(session: 7, sequence: 8, key: key, value: value, into: &bytes)
        }
      }
      #expect(span.offset == 2)
      #expect(Int(span.length) == ClientWrite.headerSize + key.count + value.count)
      bytes[2...].withUnsafeBytes { payload in
        let view = ClientWrite.decode(payload)
        #expect(view?.session == 7)
        #expect(view?.sequence == 8)
        #expect(view.map { Array($0.key) } == key)
        #expect(view.map { Array($0.value) } == value)
      }
      let shortest = ClientWrite.headerSize + key.count
      for length in 0..<shortest {
        bytes[2..<2 + length].withUnsafeBytes { #expect(ClientWrite.decode($0) == nil) }
      }
    }
  }
}
