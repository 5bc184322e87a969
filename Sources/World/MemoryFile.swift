/// A file in memory: sparse pages, and what undoes every change since its last sync.
struct MemoryFile: Sendable {
  /// The pages; a page that was never written to is nil, and reads as zeros.
  private(set) var pages: [[UInt8]?] = []
  private(set) var size = 0
  private var syncedSize = 0
  /// What stood there before each change since the last sync, in order of the changes.
  private var before: [Old] = []

  private enum Old: Sendable {
    /// A whole page.
    case page(Int, [UInt8]?)
    /// Bytes within a page, from an offset in the file on.
    case bytes(Int, [UInt8])

    var page: Int {
      switch self {
      case .page(let page, _): page
      case .bytes(let offset, _): offset / MemoryFile.pageSize
      }
    }
  }

  private static var pageSize: Int { MemoryFileSystem.pageSize }
  private static var empty: [UInt8] { [UInt8](repeating: 0, count: pageSize) }

  /// Up to this many bytes are kept by themselves: the page need not be copied to be written to.
  private static let fewBytes = pageSize / 4

  // MARK: What power loss leaves

  mutating func sync() {
    // One by one: the space is kept.
    while before.popLast() != nil {}
    syncedSize = size
  }

  /// Whether a page changed since the last sync.
  func hasChanged(_ page: Int) -> Bool { before.contains { $0.page == page } }

  /// The pages as the last sync left them.
  private var pagesBefore: [[UInt8]?] {
    var old = pages
    for change in before.reversed() {
      while old.count <= change.page { old.append(nil) }
      switch change {
      case .page(let page, let bytes): old[page] = bytes
      case .bytes(let offset, let bytes):
        let within = offset % Self.pageSize
        var whole = old[change.page] ?? Self.empty
        whole.replaceSubrange(within..<within + bytes.count, with: bytes)
        old[change.page] = whole
      }
    }
    return old
  }

  /// Goes back to the last sync.
  mutating func crash() {
    pages = pagesBefore
    size = syncedSize
    trim()
    sync()
  }

  /// Leaves of each sector that was not synced the bytes before, those written, or garbage.
  mutating func tear(_ random: inout RandomSource) {
    let pagesBefore = pagesBefore
    for page in Set(before.map(\.page)).sorted() {
      let old = pagesBefore[page] ?? Self.empty
      let written = (page < pages.count ? pages[page] : nil) ?? Self.empty
      var left = written
      for sector in stride(from: 0, to: left.count, by: MemoryFileSystem.sectorSize) {
        let range = sector..<sector + MemoryFileSystem.sectorSize
        if old[range] == written[range] { continue }
        switch random.uniform(0..<5) {
        case 0, 1: left.replaceSubrange(range, with: old[range])
        case 2, 3: break
        default:
          // What was synced and not written over survives.
          for offset in range where old[offset] != written[offset] {
            left[offset] = UInt8(truncatingIfNeeded: random.next())
          }
        }
      }
      while pages.count <= page { pages.append(nil) }
      pages[page] = left
    }
    size = random.uniform(0..<2) == 0 ? syncedSize : size
    trim()
    sync()
  }

  /// Nothing stands behind a file's end.
  private mutating func trim() {
    let needed = (size + Self.pageSize - 1) / Self.pageSize
    if pages.count > needed { pages.removeLast(pages.count - needed) }
    let within = size % Self.pageSize
    if within > 0, pages.count == needed, var last = pages[needed - 1] {
      last.replaceSubrange(
        within..., with: repeatElement(0, count: Self.pageSize - within))
      pages[needed - 1] = last
    }
  }

  /// Flips a bit of a page that is there, behind everyone's back.
  mutating func flip(bit: Int, of byte: Int, in page: Int) {
    pages[page]?[byte] ^= UInt8(1 << bit)
  }

  // MARK: Reading and writing

  func read(_ offset: Int, _ count: Int) -> [UInt8] {
    let end = min(offset + count, size)
    guard offset < end else { return [] }
    var bytes = [UInt8](repeating: 0, count: end - offset)
    var position = offset
    while position < end {
      let page = position / Self.pageSize
      let within = position % Self.pageSize
      let length = min(Self.pageSize - within, end - position)
      if page < pages.count, let content = pages[page] {
        bytes.replaceSubrange(
          position - offset..<position - offset + length, with: content[within..<within + length])
      }
      position += length
    }
    return bytes
  }

  mutating func write(_ offset: Int, _ bytes: UnsafeRawBufferPointer) {
    // Nothing, written beyond the end, makes a file no longer.
    if bytes.isEmpty { return }
    var position = offset
    let end = offset + bytes.count
    while position < end {
      let page = position / Self.pageSize
      let within = position % Self.pageSize
      let length = min(Self.pageSize - within, end - position)
      while pages.count <= page { pages.append(nil) }
      willChange(page, within..<within + length)
      if pages[page] == nil { pages[page] = Self.empty }
      let part = UnsafeRawBufferPointer(
        rebasing: bytes[position - offset..<position - offset + length])
      pages[page]?.withUnsafeMutableBytes {
        UnsafeMutableRawBufferPointer(rebasing: $0[within..<within + length]).copyMemory(from: part)
      }
      position += length
    }
    size = max(size, end)
  }

  mutating func zero(_ offset: Int, _ count: Int) {
    if count == 0 { return }
    let end = offset + count
    var position = offset
    while position < end {
      let page = position / Self.pageSize
      let within = position % Self.pageSize
      let length = min(Self.pageSize - within, end - position)
      if page < pages.count, pages[page] != nil {
        willChange(page, within..<within + length)
        if length == Self.pageSize {
          pages[page] = nil
        } else {
          pages[page]?.replaceSubrange(
            within..<within + length, with: repeatElement(0, count: length))
        }
      }
      position += length
    }
    size = max(size, end)
  }

  mutating func cut(to newSize: Int) {
    if newSize < size { zero(newSize, size - newSize) }
    size = newSize
    let needed = (newSize + Self.pageSize - 1) / Self.pageSize
    // Their bytes were zeroed above, and are kept as they were before.
    if pages.count > needed { pages.removeLast(pages.count - needed) }
  }

  /// Keeps what stands in a part of a page, before it changes.
  private mutating func willChange(_ page: Int, _ range: Range<Int>) {
    guard range.count <= Self.fewBytes, let bytes = pages[page] else {
      return before.append(.page(page, pages[page]))
    }
    before.append(.bytes(page * Self.pageSize + range.lowerBound, Array(bytes[range])))
  }
}
