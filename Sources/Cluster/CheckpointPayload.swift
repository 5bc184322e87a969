import Positions
import Replication

/// A checkpoint's bytes in a file: members' length (4), members, state.
enum CheckpointPayload {
  static func encode(_ checkpoint: StateCheckpoint) -> [UInt8] {
    let members = checkpoint.membership.encoded
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 + members.count + checkpoint.payload.count)
    withUnsafeBytes(of: UInt32(members.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes += members
    bytes += checkpoint.payload
    return bytes
  }

  /// Reads a file's bytes; nil when they are no checkpoint of ours.
  static func decode(_ bytes: [UInt8], at point: LogPoint) -> StateCheckpoint? {
    guard bytes.count >= 4 else { return nil }
    let length = bytes.withUnsafeBytes {
      Int(UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)))
    }
    guard bytes.count >= 4 + length,
      let members = bytes[4..<4 + length].withUnsafeBytes({ Membership(encoded: $0) })
    else { return nil }
    return StateCheckpoint(
      point: point, payload: Array(bytes[(4 + length)...]), membership: members)
  }
}
