/// Files that were set aside for people to look at, of which only so many bytes are kept.
///
/// Suffixes that were rolled back are `rollback-<epoch>-<first index>`, damaged files
/// `damaged-<number>-<first bad index>-<file>`: the numbers tell which is older.
struct KeptAside: Sendable {
  static let kinds = ["rollback-", "damaged-"]

  private(set) var files: [FileListing] = []

  /// Those among `files`.
  init(_ files: [FileListing] = []) {
    self.files = files.filter { file in Self.kinds.contains { file.name.hasPrefix($0) } }
  }

  /// The numbers of the name, in order.
  private static func age(_ name: String) -> [UInt64] {
    name.split(separator: "-").dropFirst().prefix(2).map { UInt64($0) ?? 0 }
  }

  /// A name for the next damaged file.
  func damagedName(_ file: String, at index: String) -> String {
    let newest = files.filter { $0.name.hasPrefix("damaged-") }
      .compactMap { Self.age($0.name).first }.max()
    return "damaged-\((newest ?? 0) + 1)-\(index)-\(file)"
  }

  mutating func note(_ file: FileListing) {
    files.removeAll { $0.name == file.name }
    files.append(file)
  }

  /// Forgets the oldest of each kind beyond `limit` bytes, and gives their names; the newest stays.
  mutating func takeSurplus(beyond limit: Int) -> [String] {
    var surplus: [String] = []
    for kind in Self.kinds {
      let newestFirst = files.filter { $0.name.hasPrefix(kind) }
        .sorted { Self.age($1.name).lexicographicallyPrecedes(Self.age($0.name)) }
      var total = 0
      for (position, file) in newestFirst.enumerated() {
        total += file.size
        if position > 0, total > limit { surplus.append(file.name) }
      }
    }
    files.removeAll { surplus.contains($0.name) }
    return surplus
  }
}

extension WriteAheadLog {
  mutating func noteAside(_ file: FileListing) { keptAside.note(file) }

  /// What removes the oldest files that were set aside, so that they don't fill the disk.
  mutating func tidyingAside() -> [FileOperation] {
    keptAside.takeSurplus(beyond: configuration.keptAside).map { .remove(name: $0) }
  }
}
