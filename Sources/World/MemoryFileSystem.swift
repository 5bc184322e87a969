import WriteAheadLog

/// Files that are values: a copy of one is a checkpoint of a disk.
///
/// Contents are sparse pages of 4 KiB, so that a copy shares what is not written to afterwards. Of
/// pages that were written and not synced the bytes before are kept as well: a crash goes back to them,
/// or leaves any mixture of both.
public struct MemoryFileSystem: FileSystem {
  /// Bytes of a page.
  public static let pageSize = 4096
  /// Bytes that a disk writes whole or not at all, or spoils.
  public static let sectorSize = 512

  private struct File: Sendable {
    var pages: [[UInt8]?] = []
    var size = 0
    /// The pages that changed since the last sync, as they were then, in order of number.
    private var before: [OldPage] = []
    var syncedSize = 0

    private struct OldPage: Sendable {
      var page: Int
      var bytes: [UInt8]?
    }

    mutating func sync() {
      // One by one: the space is kept.
      while before.popLast() != nil {}
      syncedSize = size
    }

    /// Keeps a page as the last sync left it, before it changes.
    mutating func willChange(_ page: Int) {
      var place = before.count
      // Mostly it is the last one, or comes behind it.
      if let last = before.indices.last, before[last].page >= page {
        place = self.place(of: page)
        if before[place].page == page { return }
      }
      before.insert(
        OldPage(page: page, bytes: page < pages.count ? pages[page] : nil), at: place)
    }

    /// Whether a page changed since the last sync.
    func hasChanged(_ page: Int) -> Bool {
      let place = place(of: page)
      return place < before.count && before[place].page == page
    }

    /// The place of the first old page that is not before `page`.
    private func place(of page: Int) -> Int {
      var (low, high) = (0, before.count)
      while low < high {
        let middle = (low + high) / 2
        if before[middle].page < page { low = middle + 1 } else { high = middle }
      }
      return low
    }

    mutating func crash() {
      for old in before {
        while pages.count <= old.page { pages.append(nil) }
        pages[old.page] = old.bytes
      }
      size = syncedSize
      trim()
      sync()
    }

    /// Leaves of each sector that was not synced the bytes before, those written, or garbage.
    mutating func tear(_ random: inout RandomSource) {
      let newSize = size
      for entry in before {
        let page = entry.page
        let old = entry.bytes ?? [UInt8](repeating: 0, count: MemoryFileSystem.pageSize)
        let written =
          (page < pages.count ? pages[page] : nil)
          ?? [UInt8](repeating: 0, count: MemoryFileSystem.pageSize)
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
      size = random.uniform(0..<2) == 0 ? syncedSize : newSize
      trim()
      sync()
    }

    /// Nothing stands behind a file's end.
    private mutating func trim() {
      let needed = (size + MemoryFileSystem.pageSize - 1) / MemoryFileSystem.pageSize
      if pages.count > needed { pages.removeLast(pages.count - needed) }
      let within = size % MemoryFileSystem.pageSize
      if within > 0, pages.count == needed, var last = pages[needed - 1] {
        last.replaceSubrange(
          within..., with: repeatElement(0, count: MemoryFileSystem.pageSize - within))
        pages[needed - 1] = last
      }
    }
  }

  private struct Named: Sendable {
    var name: String
    /// Which file the name means; a rename leaves it as it is.
    var number: UInt64
    var file: File
  }

  /// The files, in order of name.
  private var files: [Named] = []
  /// The directory as of its last sync: names, and which files they meant.
  private var syncedNames: [(name: String, number: UInt64)] = []
  /// Files that lost their names since.
  private var unnamed: [UInt64: File] = [:]
  private var made: UInt64 = 0
  /// Whether growing a file fails.
  public var isFull = false
  /// Bytes of files that can't be read: reading any of them fails.
  public var unreadable: [String: Range<Int>] = [:]

  /// An empty disk.
  public init() {}

  /// What is left after power was lost: what was synced.
  ///
  /// - Parameter losesNames: whether names made, changed and removed since the directory's last sync
  ///   are as they were before; a disk may have kept them as well.
  public mutating func crash(losesNames: Bool = true) {
    if losesNames {
      var byNumber = unnamed
      for one in files { byNumber[one.number] = one.file }
      files = syncedNames.compactMap { name, number in
        byNumber[number].map { Named(name: name, number: number, file: $0) }
      }
    } else {
      syncedNames = files.map { ($0.name, $0.number) }
    }
    unnamed = [:]
    for position in files.indices { files[position].file.crash() }
  }

  /// What is left after power was lost, by chance: of each sector that was not synced the bytes before,
  /// those written, or garbage; names as of the directory's last sync, or as they are.
  public mutating func crash(_ random: inout RandomSource) {
    if random.uniform(0..<2) == 0 {
      var byNumber = unnamed
      for one in files { byNumber[one.number] = one.file }
      files = syncedNames.compactMap { name, number in
        byNumber[number].map { Named(name: name, number: number, file: $0) }
      }
    }
    syncedNames = files.map { ($0.name, $0.number) }
    unnamed = [:]
    for position in files.indices { files[position].file.tear(&random) }
  }

  /// Flips a bit of what was synced, in a byte of a file whose name begins with `prefix` that is not
  /// zero, behind everyone's back; gives the file and the offset, nil when there is none.
  public mutating func flipBit(
    inNamesWith prefix: String, behind start: Int, _ random: inout RandomSource
  ) -> (name: String, offset: Int)? {
    let candidates = files.indices.filter {
      files[$0].name.hasPrefix(prefix) && !files[$0].name.hasSuffix(".tmp")
    }
    guard !candidates.isEmpty else { return nil }
    for _ in 0..<64 {
      let position = candidates[random.uniform(0..<candidates.count)]
      let pages = files[position].file.pages.indices.filter {
        files[position].file.pages[$0] != nil && ($0 + 1) * Self.pageSize > start
          && !files[position].file.hasChanged($0)
      }
      guard !pages.isEmpty else { continue }
      let page = pages[random.uniform(0..<pages.count)]
      let within = random.uniform(0..<Self.pageSize)
      guard let byte = files[position].file.pages[page]?[within], byte != 0 else { continue }
      files[position].file.pages[page]?[within] = byte ^ UInt8(1 << random.uniform(0..<8))
      return (files[position].name, page * Self.pageSize + within)
    }
    return nil
  }

  /// The names of all files, in order.
  public var names: [String] { files.map(\.name) }

  /// Bytes of pages that the files take.
  public var bytes: Int {
    files.reduce(0) { $0 + $1.file.pages.lazy.filter { $0 != nil }.count } * Self.pageSize
  }

  /// Bytes of pages that `older` holds and these files do not share with it.
  public func bytesNotShared(with older: MemoryFileSystem) -> Int {
    var pages = 0
    for old in older.files {
      let new = files.first { $0.number == old.number }?.file
      // A page is a pointer, or null: whether it is shared shows without touching it.
      let width = MemoryLayout<[UInt8]?>.stride
      old.file.pages.withUnsafeBytes { olds in
        (new?.pages ?? []).withUnsafeBytes { news in
          for offset in stride(from: 0, to: olds.count, by: width) {
            let page = olds.load(fromByteOffset: offset, as: UInt.self)
            if page == 0 { continue }
            let isShared =
              offset < news.count && news.load(fromByteOffset: offset, as: UInt.self) == page
            if !isShared { pages += 1 }
          }
        }
      }
    }
    return pages * Self.pageSize
  }

  /// A file's bytes; nil when there is none of that name.
  public func contents(of name: String) -> [UInt8]? {
    guard let position = position(of: name) else { return nil }
    return Self.read(files[position].file, 0, files[position].file.size)
  }

  /// Puts bytes into a file, as damage does: behind everyone's back.
  public mutating func damage(_ name: String, at offset: Int, _ bytes: [UInt8]) {
    guard let position = position(of: name) else { return }
    bytes.withUnsafeBytes { Self.write(&files[position].file, offset, $0) }
    files[position].file.sync()
  }

  public mutating func perform(_ operation: FileOperation) throws(FileError) -> FileResult {
    switch operation {
    case .list:
      return .listing(files.map { FileListing(name: $0.name, size: $0.file.size) })
    case .read(let name, let offset, let count):
      let file = files[try existing(name)].file
      if let bad = unreadable[name], bad.overlaps(offset..<min(offset + count, file.size)) {
        throw FileError(kind: .inputOutput(5), name: name)
      }
      return .bytes(Self.read(file, offset, count))
    case .write(let name, let offset, let bytes):
      let position = try make(name)
      try checkRoom(position, through: offset + bytes.count)
      bytes.withUnsafeBytes { Self.write(&files[position].file, offset, $0) }
    case .writeRecords(let name, let offset, let records):
      let position = try make(name)
      try checkRoom(position, through: offset + records.count)
      withUnsafeTemporaryAllocation(byteCount: records.count, alignment: 8) { scratch in
        records.encode(into: scratch)
        Self.write(&files[position].file, offset, UnsafeRawBufferPointer(scratch))
      }
    case .zeroFill(let name, let offset, let count):
      let position = try make(name)
      try checkRoom(position, through: offset + count)
      Self.zero(&files[position].file, offset, count)
    case .sync(let name): files[try existing(name)].file.sync()
    case .truncate(let name, let size): Self.cut(&files[try existing(name)].file, to: size)
    case .rename(let from, let to): try rename(from, to)
    case .remove(let name): remove(name)
    case .syncDirectory:
      syncedNames = files.map { ($0.name, $0.number) }
      unnamed = [:]
    }
    return .done
  }

  private func position(of name: String) -> Int? { files.firstIndex { $0.name == name } }

  private func existing(_ name: String) throws(FileError) -> Int {
    guard let position = position(of: name) else {
      throw FileError(kind: .notFound, name: name)
    }
    return position
  }

  private mutating func make(_ name: String) throws(FileError) -> Int {
    if let position = position(of: name) { return position }
    if isFull { throw FileError(kind: .noSpace, name: name) }
    let position = files.firstIndex { $0.name > name } ?? files.count
    made += 1
    files.insert(Named(name: name, number: made, file: File()), at: position)
    return position
  }

  private func checkRoom(_ position: Int, through end: Int) throws(FileError) {
    if isFull, end > files[position].file.size {
      throw FileError(kind: .noSpace, name: files[position].name)
    }
  }

  private mutating func rename(_ from: String, _ to: String) throws(FileError) {
    var named = files[try existing(from)]
    if from == to { return }
    remove(to)
    files.removeAll { $0.name == from }
    named.name = to
    let position = files.firstIndex { $0.name > to } ?? files.count
    files.insert(named, at: position)
  }

  private mutating func remove(_ name: String) {
    guard let position = position(of: name) else { return }
    let gone = files.remove(at: position)
    // Its name comes back when power is lost before the directory is synced.
    if syncedNames.contains(where: { $0.number == gone.number }) {
      unnamed[gone.number] = gone.file
    }
  }

  private static func read(_ file: File, _ offset: Int, _ count: Int) -> [UInt8] {
    let end = min(offset + count, file.size)
    guard offset < end else { return [] }
    var bytes = [UInt8](repeating: 0, count: end - offset)
    var position = offset
    while position < end {
      let page = position / pageSize
      let within = position % pageSize
      let length = min(pageSize - within, end - position)
      if page < file.pages.count, let content = file.pages[page] {
        bytes.replaceSubrange(
          position - offset..<position - offset + length, with: content[within..<within + length])
      }
      position += length
    }
    return bytes
  }

  private static func write(
    _ file: inout File, _ offset: Int, _ bytes: UnsafeRawBufferPointer
  ) {
    // Nothing, written beyond the end, makes a file no longer.
    if bytes.isEmpty { return }
    var position = offset
    let end = offset + bytes.count
    while position < end {
      let page = position / pageSize
      let within = position % pageSize
      let length = min(pageSize - within, end - position)
      file.willChange(page)
      while file.pages.count <= page { file.pages.append(nil) }
      if file.pages[page] == nil {
        file.pages[page] = [UInt8](repeating: 0, count: pageSize)
      }
      let part = UnsafeRawBufferPointer(
        rebasing: bytes[position - offset..<position - offset + length])
      file.pages[page]?.withUnsafeMutableBytes {
        UnsafeMutableRawBufferPointer(rebasing: $0[within..<within + length]).copyMemory(from: part)
      }
      position += length
    }
    file.size = max(file.size, end)
  }

  private static func zero(_ file: inout File, _ offset: Int, _ count: Int) {
    if count == 0 { return }
    let end = offset + count
    var position = offset
    while position < end {
      let page = position / pageSize
      let within = position % pageSize
      let length = min(pageSize - within, end - position)
      if page < file.pages.count, file.pages[page] != nil {
        file.willChange(page)
        if length == pageSize {
          file.pages[page] = nil
        } else {
          file.pages[page]?.replaceSubrange(
            within..<within + length, with: repeatElement(0, count: length))
        }
      }
      position += length
    }
    file.size = max(file.size, end)
  }

  private static func cut(_ file: inout File, to size: Int) {
    if size < file.size { zero(&file, size, file.size - size) }
    file.size = size
    let pages = (size + pageSize - 1) / pageSize
    // Their bytes were zeroed above, and are kept as they were before.
    if file.pages.count > pages { file.pages.removeLast(file.pages.count - pages) }
  }
}
