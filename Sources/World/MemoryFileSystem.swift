import WriteAheadLog

/// Files that are values: a copy of one is a checkpoint of a disk.
///
/// Contents are sparse pages of 4 KiB, so that a copy shares what is not written to afterwards. What
/// was written is kept apart from what was synced: a crash goes back to the latter.
public struct MemoryFileSystem: FileSystem {
  /// Bytes of a page.
  public static let pageSize = 4096

  private struct File: Sendable {
    var pages: [[UInt8]?] = []
    var size = 0
    var syncedPages: [[UInt8]?] = []
    var syncedSize = 0

    mutating func sync() {
      syncedPages = pages
      syncedSize = size
    }

    mutating func crash() {
      pages = syncedPages
      size = syncedSize
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

  /// The names of all files, in order.
  public var names: [String] { files.map(\.name) }

  /// A file's bytes; nil when there is none of that name.
  public func contents(of name: String) -> [UInt8]? {
    guard let position = position(of: name) else { return nil }
    return Self.read(files[position].file, 0, files[position].file.size)
  }

  /// Puts bytes into a file, as damage does: behind everyone's back.
  public mutating func damage(_ name: String, at offset: Int, _ bytes: [UInt8]) {
    guard let position = position(of: name) else { return }
    Self.write(&files[position].file, offset, bytes)
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
      Self.write(&files[position].file, offset, bytes)
    case .writeRecords(let name, let offset, let records):
      return try perform(.write(name: name, offset: offset, bytes: records.encoded))
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

  private static func write(_ file: inout File, _ offset: Int, _ bytes: [UInt8]) {
    // Nothing, written beyond the end, makes a file no longer.
    if bytes.isEmpty { return }
    var position = offset
    let end = offset + bytes.count
    while position < end {
      let page = position / pageSize
      let within = position % pageSize
      let length = min(pageSize - within, end - position)
      while file.pages.count <= page { file.pages.append(nil) }
      if file.pages[page] == nil {
        file.pages[page] = [UInt8](repeating: 0, count: pageSize)
      }
      file.pages[page]?.replaceSubrange(
        within..<within + length, with: bytes[position - offset..<position - offset + length])
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
      if page < file.pages.count {
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
    if file.pages.count > pages { file.pages.removeLast(file.pages.count - pages) }
  }
}
