import Foundation
import Testing
import World

@Suite struct DataDirectoryTests {
  static func open(_ path: String, nodes: Int = 3, id: UInt64 = 42) throws -> DataDirectory {
    try DataDirectory(path: path, nodes: nodes, newClusterID: id)
  }

  /// Opens what can't be opened, and checks that nothing in it was changed.
  static func refusal(_ folder: Folder) -> DataDirectoryError? {
    func contents() -> [String: String?] {
      Dictionary(
        uniqueKeysWithValues: folder.names.map { ($0, try? folder.read($0)) })
    }
    let before = contents()
    do {
      try open(folder.path).close()
      return nil
    } catch {
      #expect(contents() == before, "something in it was changed")
      return error as? DataDirectoryError
    }
  }

  @Test func aNewDirectoryIsMadeAndFoundAgain() throws {
    let folder = try Folder()
    let path = folder.path + "/data"
    let made = try Self.open(path, nodes: 5, id: 42)
    #expect(made.isNew)
    #expect(made.clusterID == 42)
    #expect(made.nodes == 5)
    #expect(made.bootEpoch == 1)
    #expect(made.path == path)
    made.close()
    // What it says counts, not what is asked for.
    for boot in 2...4 as ClosedRange<UInt64> {
      let found = try Self.open(path, nodes: 3, id: 7)
      #expect(!found.isNew)
      #expect(found.clusterID == 42)
      #expect(found.nodes == 5)
      #expect(found.bootEpoch == boot)
      found.close()
    }
  }

  @Test func anEmptyDirectoryIsTaken() throws {
    let folder = try Folder()
    let data = try Self.open(folder.path)
    #expect(data.isNew)
    data.close()
  }

  /// Killed between the beginning of its manifest and its end.
  @Test func aDirectoryHalfMadeIsTaken() throws {
    let folder = try Folder()
    try "".write(toFile: folder.path + "/lock", atomically: false, encoding: .utf8)
    try "replicascope da".write(
      toFile: folder.path + "/replicascope.new", atomically: false, encoding: .utf8)
    let data = try Self.open(folder.path)
    #expect(data.isNew)
    data.close()
    let again = try Self.open(folder.path)
    #expect(!again.isNew)
    again.close()
  }

  @Test func itIsOpenOnlyOnce() throws {
    let folder = try Folder()
    let data = try Self.open(folder.path)
    #expect(
      Self.refusal(folder)
        == .inUse(path: folder.path, by: "\(ProcessInfo.processInfo.processIdentifier)"))
    data.close()
    #expect(Self.refusal(folder) == nil)
  }

  @Test func aForeignDirectoryIsLeftAlone() throws {
    let folder = try Folder()
    try folder.write("dear diary", to: "thesis.txt")
    #expect(Self.refusal(folder) == .notOurs(path: folder.path))
    #expect(folder.names == ["thesis.txt"])
    // Even if something of it is called as our lock is.
    try folder.write("of the canal", to: "lock")
    #expect(Self.refusal(folder) == .notOurs(path: folder.path))
  }

  @Test func aNewerDirectoryIsLeftAlone() throws {
    let folder = try Folder()
    for version in ["2", "99", "18446744073709551615"] {
      try folder.write(
        "replicascope data directory\nversion \(version)\nnovelty 1\n", to: "replicascope")
      guard case .newer(let path, _) = Self.refusal(folder) else {
        Issue.record("version \(version) was opened, or refused for another reason")
        continue
      }
      #expect(path == folder.path)
    }
  }

  @Test(arguments: [
    "", "something else\nversion 1\ncluster 1\nnodes 3\nboots 1\n",
    "replicascope data directory\n",
    "replicascope data directory\nversion one\n",
    "replicascope data directory\nversion 1\ncluster 1\nnodes 3\n",
    "replicascope data directory\nversion 1\nnodes 3\nboots 1\n",
    "replicascope data directory\nversion 1\ncluster 1\nboots 1\n",
    "replicascope data directory\nversion 1\ncluster 1\nnodes 0\nboots 1\n",
    "replicascope data directory\nversion 1\ncluster 1\nnodes 101\nboots 1\n",
    "replicascope data directory\nversion 1\ncluster 1 2\nnodes 3\nboots 1\n",
    "replicascope data directory\nversion 1\ncluster -1\nnodes 3\nboots 1\n",
  ])
  func aDamagedManifestIsLeftAlone(text: String) throws {
    let folder = try Folder()
    try folder.write(text, to: "replicascope")
    guard case .damaged(let path, let why) = Self.refusal(folder) else {
      Issue.record("it was opened, or refused for another reason")
      return
    }
    #expect(path == folder.path)
    #expect(!why.isEmpty)
  }

  @Test func aDirectoryThatCantBeMadeIsNamed() throws {
    let folder = try Folder()
    try folder.write("", to: "file")
    for path in [folder.path + "/missing/data", folder.path + "/file"] {
      let error = #expect(throws: DirectoryError.self) { try Self.open(path) }
      #expect(error?.path.hasPrefix(path) == true)
      #expect(error?.description.contains(path) == true)
    }
    #expect(folder.names == ["file"])
  }

  @Test func aTemporaryDirectoryIsRemovedWithAllInIt() throws {
    let data = try DataDirectory(temporaryFor: 3, clusterID: 9)
    #expect(data.isNew)
    #expect(data.clusterID == 9)
    #expect(data.bootEpoch == 1)
    try FileManager.default.createDirectory(
      atPath: data.path + "/n1", withIntermediateDirectories: true)
    try "bytes".write(toFile: data.path + "/n1/wal-1", atomically: false, encoding: .utf8)
    data.close()
    #expect(!FileManager.default.fileExists(atPath: data.path))
  }

  @Test func everyRefusalSaysWhatToDo() throws {
    for error: DataDirectoryError in [
      .inUse(path: "/p", by: "77"), .notOurs(path: "/p"), .newer(path: "/p", version: 2),
      .damaged(path: "/p", why: "it names no version"),
    ] {
      #expect(error.description.hasPrefix("/p"))
    }
    #expect(DataDirectoryError.inUse(path: "/p", by: "77").description.contains("77"))
    #expect(DataDirectoryError.newer(path: "/p", version: 2).description.contains("version 2"))
  }
}

extension DataDirectoryTests {
  @Test func aDirectoryOfAnotherKindIsRefused() throws {
    let folder = try Folder()
    let path = folder.path
    let kind = DirectoryKind(model: "multi-leader", resolution: "siblings")
    try DataDirectory(path: path, nodes: 3, newClusterID: 1, kind: kind).close()
    #expect(throws: DataDirectoryError.self) { try Self.open(path) }
    #expect(throws: DataDirectoryError.self) {
      try DataDirectory(
        path: path, nodes: 3, newClusterID: 1,
        kind: DirectoryKind(model: "multi-leader", resolution: "lww"))
    }
    let again = try DataDirectory(path: path, nodes: 3, newClusterID: 2, kind: kind)
    #expect(again.clusterID == 1)
    again.close()
  }
}
