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

  private struct Named: Sendable {
    var name: String
    /// Which file the name means; a rename leaves it as it is.
    var number: UInt64
    var file: MemoryFile
  }

  /// The files, in order of name.
  private var files: [Named] = []
  /// The directory as of its last sync: names, and which files they meant.
  private var syncedNames: [(name: String, number: UInt64)] = []
  /// Files that lost their names since.
  private var unnamed: [UInt64: MemoryFile] = [:]
  private var made: UInt64 = 0
  /// Where the file was that was looked for last.
  private var recent = 0
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
      files[position].file.flip(bit: random.uniform(0..<8), of: within, in: page)
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
    return files[position].file.read(0, files[position].file.size)
  }

  /// Puts bytes into a file, as damage does: behind everyone's back.
  public mutating func damage(_ name: String, at offset: Int, _ bytes: [UInt8]) {
    guard let position = position(of: name) else { return }
    bytes.withUnsafeBytes { files[position].file.write(offset, $0) }
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
      return .bytes(file.read(offset, count))
    case .write(let name, let offset, let bytes):
      let position = try make(name)
      try checkRoom(position, through: offset + bytes.count)
      bytes.withUnsafeBytes { files[position].file.write(offset, $0) }
    case .writeRecords(let name, let offset, let records):
      let position = try make(name)
      try checkRoom(position, through: offset + records.count)
      withUnsafeTemporaryAllocation(byteCount: records.count, alignment: 8) { scratch in
        records.encode(into: scratch)
        files[position].file.write(offset, UnsafeRawBufferPointer(scratch))
      }
    case .zeroFill(let name, let offset, let count):
      let position = try make(name)
      try checkRoom(position, through: offset + count)
      files[position].file.zero(offset, count)
    case .sync(let name): files[try existing(name)].file.sync()
    case .truncate(let name, let size): files[try existing(name)].file.cut(to: size)
    case .rename(let from, let to): try rename(from, to)
    case .remove(let name): remove(name)
    case .syncDirectory:
      syncedNames = files.map { ($0.name, $0.number) }
      unnamed = [:]
    }
    return .done
  }

  private func position(of name: String) -> Int? {
    // Mostly the file that was looked for before: the log's newest segment.
    if recent < files.count, files[recent].name == name { return recent }
    return files.firstIndex { $0.name == name }
  }

  private mutating func existing(_ name: String) throws(FileError) -> Int {
    guard let position = position(of: name) else {
      throw FileError(kind: .notFound, name: name)
    }
    recent = position
    return position
  }

  private mutating func make(_ name: String) throws(FileError) -> Int {
    if let position = position(of: name) {
      recent = position
      return position
    }
    if isFull { throw FileError(kind: .noSpace, name: name) }
    let position = files.firstIndex { $0.name > name } ?? files.count
    made += 1
    files.insert(Named(name: name, number: made, file: MemoryFile()), at: position)
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
}
