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
  mutating func put(_ run: [UInt8]) {
    put(UInt32(run.count))
    bytes.append(contentsOf: run)
  }

  /// As many bytes as are said, written all at once; each must be written.
  mutating func put(count: Int, _ write: (inout ByteCursor) -> Void) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: count))
    bytes.withUnsafeMutableBytes { all in
      var cursor = ByteCursor(UnsafeMutableRawBufferPointer(rebasing: all[start...]))
      write(&cursor)
      precondition(cursor.isAtEnd, "as many bytes are written as were said")
    }
  }
}

/// Writes little-endian numbers and runs of bytes to a place of known size.
struct ByteCursor {
  private let bytes: UnsafeMutableRawBufferPointer
  private var offset = 0

  init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { offset == bytes.count }

  @inline(__always)
  mutating func put<Number: FixedWidthInteger>(_ value: Number) {
    let size = MemoryLayout<Number>.size
    precondition(offset + size <= bytes.count, "there is room")
    bytes.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Number.self)
    offset += size
  }

  /// A length (4) and the bytes.
  mutating func put(_ run: [UInt8]) {
    put(UInt32(run.count))
    precondition(offset + run.count <= bytes.count, "there is room")
    run.withUnsafeBytes { from in
      UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + from.count])
        .copyMemory(from: from)
    }
    offset += run.count
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
