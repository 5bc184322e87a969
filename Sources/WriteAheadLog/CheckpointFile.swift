import Positions

/// A checkpoint's file: a header, then chunks, each with its own checksum.
///
/// Header (96 bytes, little-endian): magic (8), version (4), CRC32C of the rest with this field zero
/// (4), cluster (8), node (8), index (8), term (8), chain (8), end (8), payload bytes (8), zeros.
/// Each chunk: CRC32C (4), then at most 64 KiB of payload.
enum CheckpointFile {
  static let headerSize = 96
  static let chunkSize = 64 << 10
  private static let magic: UInt64 = 0x4B43_4843_5343_5052  // "RPCSCHCK"
  private static let version: UInt32 = 1

  /// The file that a checkpoint of the leader's waits in until it replaces the log.
  static let incomingName = "checkpoint.incoming"

  static func name(_ index: Index) -> String {
    "checkpoint-" + SegmentHeader.padded(index.rawValue, 16)
  }

  /// The index in a file's name; nil when it is no checkpoint's.
  static func index(inName name: String) -> Index? {
    guard name.hasPrefix("checkpoint-"), let number = UInt64(name.dropFirst(11)) else {
      return nil
    }
    return Index(number)
  }

  static func encode(_ checkpoint: Checkpoint, _ configuration: LogConfiguration) -> [UInt8] {
    let payload = checkpoint.payload
    var bytes = [UInt8](repeating: 0, count: fileSize(payloadLength: payload.count))
    bytes.withUnsafeMutableBytes { all in
      all.put(magic, at: 0)
      all.put(version, at: 8)
      all.put(configuration.clusterID, at: 16)
      all.put(UInt64(configuration.node.number), at: 24)
      all.put(checkpoint.point.index.rawValue, at: 32)
      all.put(checkpoint.point.term.rawValue, at: 40)
      all.put(checkpoint.point.chain.rawValue, at: 48)
      all.put(checkpoint.point.end.rawValue, at: 56)
      all.put(UInt64(payload.count), at: 64)
      all.put(UnsafeRawBufferPointer(all).checksum(0..<headerSize), at: 12)
      payload.withUnsafeBytes { source in
        var offset = headerSize
        var done = 0
        while done < source.count {
          let length = min(chunkSize, source.count - done)
          all.put(source.checksum(done..<done + length), at: offset)
          UnsafeMutableRawBufferPointer(rebasing: all[offset + 4..<offset + 4 + length])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[done..<done + length]))
          offset += 4 + length
          done += length
        }
      }
    }
    return bytes
  }

  /// Bytes of a file whose payload has `length`.
  static func fileSize(payloadLength length: Int) -> Int {
    headerSize + length + 4 * ((length + chunkSize - 1) / chunkSize)
  }

  /// The checkpoint that a file's header names; nil when it is not good, or does not fit the file.
  static func known(
    _ header: [UInt8], fileSize: Int, clusterID: UInt64, node: NodeID
  ) -> KnownCheckpoint? {
    guard
      let (point, length) = header.withUnsafeBytes({
        point($0, clusterID: clusterID, node: node)
      }), self.fileSize(payloadLength: length) == fileSize
    else { return nil }
    return KnownCheckpoint(point: point, fileSize: fileSize)
  }

  /// The point that a file's header names, and the payload's length; nil when it is not good.
  private static func point(
    _ all: UnsafeRawBufferPointer, clusterID: UInt64, node: NodeID
  ) -> (point: LogPoint, length: Int)? {
    guard all.count >= headerSize, all.uint64(0) == magic, all.uint32(8) == version,
      all.uint64(16) == clusterID, all.uint64(24) == UInt64(node.number)
    else { return nil }
    let isWhole = withUnsafeTemporaryAllocation(byteCount: headerSize, alignment: 8) { copy in
      copy.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[..<headerSize]))
      copy.put(UInt32(0), at: 12)
      return UnsafeRawBufferPointer(copy).checksum(0..<headerSize) == all.uint32(12)
    }
    guard isWhole, all.uint64(64) <= UInt64(Int.max / 4) else { return nil }
    let point = LogPoint(
      index: Index(all.uint64(32)), term: Term(rawValue: all.uint64(40)),
      chain: Chain(all.uint64(48)), end: LSN(all.uint64(56)))
    return (point, Int(all.uint64(64)))
  }

  /// Reads a file; nil when any of it is not good.
  static func decode(_ bytes: [UInt8], _ configuration: LogConfiguration) -> Checkpoint? {
    bytes.withUnsafeBytes { all in
      guard
        let (point, length) = point(
          all, clusterID: configuration.clusterID, node: configuration.node),
        all.count == fileSize(payloadLength: length)
      else { return nil }
      var payload: [UInt8] = []
      payload.reserveCapacity(length)
      var offset = headerSize
      while payload.count < length {
        let count = min(chunkSize, length - payload.count)
        let range = offset + 4..<offset + 4 + count
        guard all.checksum(range) == all.uint32(offset) else { return nil }
        payload.append(contentsOf: all[range])
        offset += 4 + count
      }
      return Checkpoint(point: point, payload: payload)
    }
  }
}

/// A checkpoint's file as its header tells it.
struct KnownCheckpoint: Equatable, Sendable {
  var point: LogPoint
  /// Bytes of the file.
  var fileSize: Int

  var index: Index { point.index }
  var end: LSN { point.end }
  var name: String { CheckpointFile.name(point.index) }
}
