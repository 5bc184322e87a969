/// Writes little-endian numbers and runs of bytes one after another.
struct ByteWriter {
  var bytes: [UInt8]

  init(reserving count: Int = 0) {
    bytes = []
    bytes.reserveCapacity(count)
  }

  mutating func put<Number: FixedWidthInteger>(_ value: Number) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// A length (4) and the bytes.
  mutating func put(_ run: some Collection<UInt8>) {
    put(UInt32(run.count))
    bytes.append(contentsOf: run)
  }
}

/// Reads what ``ByteWriter`` wrote; every read may fail, none reads past the end.
struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { offset == bytes.count }

  /// Bytes that are left.
  var count: Int { bytes.count - offset }

  mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
    let size = MemoryLayout<Number>.size
    guard count >= size else { return nil }
    defer { offset += size }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  mutating func run() -> [UInt8]? {
    guard let length = number(UInt32.self), count >= Int(length) else { return nil }
    defer { offset += Int(length) }
    return Array(bytes[offset..<offset + Int(length)])
  }
}
