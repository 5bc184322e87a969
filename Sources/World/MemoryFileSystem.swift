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
    var file: File
  }

  /// The files, in order of name.
  private var files: [Named] = []
  /// The names as of the last sync of the directory, with the files they meant.
  private var syncedNames: [String] = []
  /// Whether growing a file fails.
  public var isFull = false

  /// An empty disk.
  public init() {}

  /// What is left after power was lost: what was synced.
  public mutating func crash() {
    files.removeAll { !syncedNames.contains($0.name) }
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
      return .bytes(Self.read(file, offset, count))
    case .write(let name, let offset, let bytes):
      let position = try make(name)
      try checkRoom(position, through: offset + bytes.count)
      Self.write(&files[position].file, offset, bytes)
    case .zeroFill(let name, let offset, let count):
      let position = try make(name)
      try checkRoom(position, through: offset + count)
      Self.zero(&files[position].file, offset, count)
    case .sync(let name): files[try existing(name)].file.sync()
    case .truncate(let name, let size): Self.cut(&files[try existing(name)].file, to: size)
    case .rename(let from, let to): try rename(from, to)
    case .remove(let name): files.removeAll { $0.name == name }
    case .syncDirectory: syncedNames = files.map(\.name)
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
    files.insert(Named(name: name, file: File()), at: position)
    return position
  }

  private func checkRoom(_ position: Int, through end: Int) throws(FileError) {
    if isFull, end > files[position].file.size {
      throw FileError(kind: .noSpace, name: files[position].name)
    }
  }

  private mutating func rename(_ from: String, _ to: String) throws(FileError) {
    let file = files[try existing(from)].file
    files.removeAll { $0.name == from || $0.name == to }
    let position = files.firstIndex { $0.name > to } ?? files.count
    files.insert(Named(name: to, file: file), at: position)
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
