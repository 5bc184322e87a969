import CProcessor
import Positions

/// A record by its place: a later term's comes after every earlier one's.
struct Version: Equatable, Comparable, Sendable {
  var term: Term
  var index: Index

  static let none = Version(term: .zero, index: .zero)

  static func < (left: Version, right: Version) -> Bool {
    (left.term, left.index) < (right.term, right.index)
  }
}

/// The newest acknowledged version of each key (by its hash), in a fixed number of small tables, so
/// that a copy shares what is not written to afterwards.
///
/// A table that grows too large forgets its keys: a stale read may go uncounted then, never a fresh
/// one be called stale.
struct AcknowledgedKeys: Equatable, Sendable {
  /// Open addressing with linear probing: keys are hashes already, and this is done for every
  /// acknowledged write.
  private struct Table: Equatable, Sendable {
    struct Slot: Equatable, Sendable {
      var key: UInt64
      /// `Version.none` in a free slot.
      var version: Version
    }

    static let free = Slot(key: 0, version: .none)
    static let slotsMaximum = 1024
    var slots: [Slot] = []
    var used = 0

    /// The slot that holds `key`, or the free one where it belongs.
    func position(of key: UInt64) -> Int {
      let mask = slots.count - 1
      var position = Int(truncatingIfNeeded: key >> 32) & mask
      while slots[position].version != .none, slots[position].key != key {
        position = (position + 1) & mask
      }
      return position
    }

    mutating func note(_ key: UInt64, _ version: Version) {
      if 2 * used >= slots.count { grow() }
      let position = position(of: key)
      if slots[position].version == .none { used += 1 }
      if version > slots[position].version { slots[position] = Slot(key: key, version: version) }
    }

    private mutating func grow() {
      let old = slots.count < Self.slotsMaximum ? slots : []
      rebuild(of: old, count: min(Self.slotsMaximum, max(16, 2 * slots.count)))
    }

    mutating func rebuild(of kept: [Slot], count: Int) {
      slots = Array(repeating: Self.free, count: count)
      used = 0
      for slot in kept where slot.version != .none {
        slots[position(of: slot.key)] = slot
        used += 1
      }
    }
  }

  private static let tableCount: UInt64 = 256
  private var tables = [Table](repeating: Table(), count: Int(tableCount))

  func newest(_ key: UInt64) -> Version {
    let table = Int(key % Self.tableCount)
    if tables[table].slots.isEmpty { return .none }
    return tables[table].slots[tables[table].position(of: key)].version
  }

  /// Brings the memory that noting `key` will touch near the processor.
  func prefetch(_ key: UInt64) {
    let table = Int(key % Self.tableCount)
    if tables[table].slots.isEmpty { return }
    let position = Int(truncatingIfNeeded: key >> 32) & (tables[table].slots.count - 1)
    tables[table].slots.withUnsafeBufferPointer { slots in
      processor_prefetch(slots.baseAddress.map { $0 + position }, MemoryLayout<Table.Slot>.size)
    }
  }

  mutating func note(_ key: UInt64, _ version: Version) {
    tables[Int(key % Self.tableCount)].note(key, version)
  }

  /// Forgets versions that are lost.
  mutating func forget(where isLost: (Version) -> Bool) {
    for table in tables.indices {
      let kept = tables[table].slots.filter { $0.version != .none && !isLost($0.version) }
      if kept.count < tables[table].used {
        tables[table].rebuild(of: kept, count: tables[table].slots.count)
      }
    }
  }
}

/// What a session was promised and shown.
struct Session: Equatable, Sendable {
  var wrote = Version.none
  var saw = Index.zero
  var read: PendingRead?
}

/// A read under way, with what it must show.
struct PendingRead: Equatable, Sendable {
  var id: UInt64
  var guarantee: SessionGuarantee
  var key: UInt64
  var newestOfKey: Version
  var own: Version
  var saw: Index
  /// The greatest acknowledged or returned record when it began.
  var everything: Version
}
