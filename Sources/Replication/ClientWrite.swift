import Positions
import Records

/// A client's write as a record's payload: session, sequence, key length, key, value.
///
/// Layout, little-endian: session (8), sequence (8), key length (2), key, value to the end.
public enum ClientWrite {
  /// Bytes before the key.
  public static let headerSize = 18
  /// The longest key, in bytes.
  public static let keyMaximum = 1024

  /// Appends an encoded write to `bytes`.
  ///
  /// - Precondition: the key is at most ``keyMaximum`` bytes.
  public static func encode(
    session: UInt64, sequence: UInt64, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer,
    into bytes: inout [UInt8]
  ) -> PayloadSpan {
    precondition(key.count <= keyMaximum, "a key is at most 1024 bytes")
    let start = bytes.count
    withUnsafeBytes(of: session.littleEndian) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: sequence.littleEndian) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: UInt16(key.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: key)
    bytes.append(contentsOf: value)
    return PayloadSpan(offset: start, length: bytes.count - start)
  }

  /// A write that was read back; the key and value point into the payload.
  public struct View {
    /// The client's session.
    public var session: UInt64
    /// The session's count of writes, from 1.
    public var sequence: UInt64
    /// The key's bytes.
    public var key: UnsafeRawBufferPointer
    /// The value's bytes.
    public var value: UnsafeRawBufferPointer
    /// Key and value, one after the other.
    public var keyAndValue: UnsafeRawBufferPointer
  }

  /// Reads a payload; nil when it is no encoded write.
  public static func decode(_ payload: UnsafeRawBufferPointer) -> View? {
    guard payload.count >= headerSize else { return nil }
    let session = UInt64(littleEndian: payload.loadUnaligned(as: UInt64.self))
    let sequence = UInt64(
      littleEndian: payload.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    let keyLength = Int(
      UInt16(littleEndian: payload.loadUnaligned(fromByteOffset: 16, as: UInt16.self)))
    guard payload.count >= headerSize + keyLength else { return nil }
    let body = UnsafeRawBufferPointer(rebasing: payload[headerSize...])
    return View(
      session: session, sequence: sequence,
      key: UnsafeRawBufferPointer(rebasing: body[..<keyLength]),
      value: UnsafeRawBufferPointer(rebasing: body[keyLength...]), keyAndValue: body)
  }
}
