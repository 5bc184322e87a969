import Positions
import WriteAheadLog

#if canImport(Glibc)
  import Glibc
#endif

/// Why a data directory can't be used; nothing in it was changed.
public enum DataDirectoryError: Error, Equatable, CustomStringConvertible {
  /// Another process has it open.
  case inUse(path: String, by: String)
  /// It holds files, and none of them says that they are ours.
  case notOurs(path: String)
  /// It was made by a later version.
  case newer(path: String, version: Int)
  /// It holds the logs of a cluster of another kind.
  case otherKind(path: String, why: String)
  /// Its manifest can't be understood.
  case damaged(path: String, why: String)

  public var description: String {
    switch self {
    case .inUse(let path, let owner):
      "\(path) is in use by process \(owner); close that one first, or give another --data"
    case .notOurs(let path):
      "\(path) holds files that are not replicascope's (no `\(DataDirectory.manifestName)`); "
        + "give an empty or new directory"
    case .newer(let path, let version):
      "\(path)/\(DataDirectory.manifestName) is of version \(version); this program reads version "
        + "\(DataDirectory.version): use the newer program"
    case .otherKind(let path, let why): "\(path) \(why); nothing was changed"
    case .damaged(let path, let why):
      "\(path)/\(DataDirectory.manifestName) is damaged: \(why); nothing was changed"
    }
  }
}

/// What kind of cluster a directory's logs belong to: they can be read by no other.
public struct DirectoryKind: Equatable, Sendable {
  /// The model of replication, as flags name it.
  public var model: String
  /// How conflicts end, as flags name it; empty where there are none.
  public var resolution: String

  /// A kind.
  public init(model: String, resolution: String) {
    self.model = model
    self.resolution = resolution
  }

  /// What every directory held before there were others.
  public static let singleLeader = DirectoryKind(model: "single-leader", resolution: "")
}

/// The directory that holds the nodes' directories: locked while it is open, and named as ours.
public final class DataDirectory: Sendable {
  static let manifestName = "replicascope"
  static let version = 1

  /// Its path.
  public let path: String
  /// Names the cluster in its files.
  public let clusterID: UInt64
  /// How many nodes the cluster began with.
  public let nodes: Int
  /// Who belongs to the cluster now.
  public let members: MemberNumbers
  /// Counts the processes that opened it, this one included.
  public let bootEpoch: UInt64
  /// Whether a node may have promised anything to another: until then nothing can have been lost, and
  /// from then on an empty node's directory is a disk that was lost.
  public let hasServed: Bool
  /// Whether it was made just now.
  public let isNew: Bool
  private let isTemporary: Bool
  private let lock: Int32

  private struct Manifest {
    var clusterID: UInt64
    var nodes: Int
    var boots: UInt64
    var kind = DirectoryKind.singleLeader
  }

  /// Opens `path`, or makes it for a cluster of `nodes` nodes.
  ///
  /// - Throws: ``DataDirectoryError`` or ``DirectoryError``.
  public init(
    path: String, nodes: Int, newClusterID: UInt64, kind: DirectoryKind = .singleLeader
  ) throws {
    try Directories.make(path)
    let hadLock = access(path + "/lock", F_OK) == 0
    lock = try Self.lock(path)
    do {
      // A process that was killed while it made the directory leaves a manifest half made.
      let others = try Directories.names(in: path).filter {
        $0 != "lock" && $0 != Directories.unfinished(Self.manifestName)
      }
      let found = try Self.readManifest(path)
      if found == nil, !others.isEmpty { throw DataDirectoryError.notOurs(path: path) }
      if let other = found?.kind, other != kind {
        throw DataDirectoryError.otherKind(path: path, why: Self.why(other, isNot: kind))
      }
      clusterID = found?.clusterID ?? newClusterID
      self.nodes = found?.nodes ?? nodes
      bootEpoch = (found?.boots ?? 0) &+ 1
      hasServed = Self.hasServed(path, others)
      members = try Self.readMembers(path) ?? MemberNumbers(first: self.nodes)
      isNew = found == nil
      self.path = path
      isTemporary = false
      try Self.write(
        Manifest(clusterID: clusterID, nodes: self.nodes, boots: bootEpoch, kind: kind), to: path)
      Self.sign(lock)
    } catch {
      if !hadLock { unlink(path + "/lock") }
      Glibc.close(lock)
      throw error
    }
  }

  /// Makes a directory that is removed when it is closed.
  public init(temporaryFor nodes: Int, clusterID: UInt64) throws {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((parent + "/replicascope-XXXXXX").utf8CString)
    guard template.withUnsafeMutableBufferPointer({ $0.baseAddress.flatMap { mkdtemp($0) } }) != nil
    else {
      throw DirectoryError.last(parent)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    lock = try Self.lock(path)
    self.clusterID = clusterID
    self.nodes = nodes
    members = MemberNumbers(first: nodes)
    bootEpoch = 1
    hasServed = false
    isNew = true
    isTemporary = true
    try Self.write(Manifest(clusterID: clusterID, nodes: nodes, boots: 1), to: path)
    Self.sign(lock)
  }

  /// Gives the directory free; a temporary one is removed.
  public func close() {
    if isTemporary { Directories.removeTree(path) }
    Glibc.close(lock)
  }

  /// Whether any node of those in `names` may have promised anything to another.
  private static func hasServed(_ path: String, _ names: [String]) -> Bool {
    names.contains { name in
      guard NodeID(name) != nil else { return false }
      var files = PosixFileSystem(directory: path + "/" + name)
      guard case .listing(let listing)? = try? files.perform(.list),
        let vote = listing.first(where: { $0.name == VoteFile.name })
      else { return false }
      guard
        case .bytes(let bytes)? = try? files.perform(
          .read(name: vote.name, offset: 0, count: vote.size))
      else { return true }
      return VoteFile.hasPromised(bytes)
    }
  }

  private static func why(_ found: DirectoryKind, isNot wanted: DirectoryKind) -> String {
    found.model == wanted.model
      ? "was made with --resolve \"\(found.resolution)\": give the same"
      : "was made by a \(found.model) cluster: start with --model \(found.model)"
  }

  private static func lock(_ path: String) throws -> Int32 {
    let file = path + "/lock"
    let handle = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    if handle < 0 { throw DirectoryError.last(file) }
    if flock(handle, LOCK_EX | LOCK_NB) != 0 {
      let owner = (try? Directories.read(file))?.flatMap { $0.isEmpty ? nil : $0 } ?? "unknown"
      Glibc.close(handle)
      throw DataDirectoryError.inUse(path: path, by: owner)
    }
    return handle
  }

  /// Writes into the lock file whose it is; only once the directory is known to be ours.
  private static func sign(_ lock: Int32) {
    let pid = Array("\(getpid())".utf8)
    ftruncate(lock, 0)
    pwrite(lock, pid, pid.count, 0)
  }

  private static func readManifest(_ path: String) throws -> Manifest? {
    guard let text = try Directories.read(path + "/" + manifestName) else { return nil }
    var values: [String: UInt64] = [:]
    let lines = text.split(separator: "\n")
    guard lines.first == "replicascope data directory" else {
      throw DataDirectoryError.damaged(path: path, why: "its first line is not ours")
    }
    var kind = DirectoryKind.singleLeader
    for line in lines.dropFirst() {
      if line.hasPrefix("model ") {
        kind.model = String(line.dropFirst(6))
        continue
      }
      if line.hasPrefix("resolve ") {
        kind.resolution = String(line.dropFirst(8))
        continue
      }
      let parts = line.split(separator: " ")
      guard parts.count == 2, let value = UInt64(parts[1]) else {
        throw DataDirectoryError.damaged(path: path, why: "a line is not a name and a number")
      }
      values[String(parts[0])] = value
    }
    guard let version = values["version"] else {
      throw DataDirectoryError.damaged(path: path, why: "it names no version")
    }
    guard version == UInt64(Self.version) else {
      throw version > UInt64(Self.version)
        ? DataDirectoryError.newer(path: path, version: Int(clamping: version))
        : DataDirectoryError.damaged(path: path, why: "there was no version \(version)")
    }
    guard let cluster = values["cluster"], let nodes = values["nodes"], let boots = values["boots"],
      (1...100).contains(nodes), boots < 1 << 31
    else {
      throw DataDirectoryError.damaged(path: path, why: "cluster, nodes or boots is missing")
    }
    return Manifest(clusterID: cluster, nodes: Int(nodes), boots: boots, kind: kind)
  }

  private static let membersName = "members"

  /// The members' file: the next number, then the members'; nil when nobody came or left.
  private static func readMembers(_ path: String) throws -> MemberNumbers? {
    guard let text = try Directories.read(path + "/" + membersName) else { return nil }
    let numbers = text.split(whereSeparator: { $0 == " " || $0 == "\n" }).map { Int($0) }
    guard numbers.count >= 2, let next = numbers[0],
      case let members = numbers.dropFirst().compactMap({ $0 }),
      members.count == numbers.count - 1, members == members.sorted(),
      members.allSatisfy({ $0 >= 1 && $0 < next }), next <= Int(UInt16.max)
    else {
      throw DataDirectoryError.damaged(path: path, why: "`\(membersName)` is no list of members")
    }
    return MemberNumbers(members: members, next: next)
  }

  static func write(_ members: MemberNumbers, to path: String) throws {
    let numbers = ([members.next] + members.members).map(String.init)
    try Directories.writeAtomically(
      numbers.joined(separator: " ") + "\n", to: path + "/" + membersName)
  }

  private static func write(_ manifest: Manifest, to path: String) throws {
    let kind =
      manifest.kind == .singleLeader
      ? "" : "model \(manifest.kind.model)\nresolve \(manifest.kind.resolution)\n"
    try Directories.writeAtomically(
      """
      replicascope data directory
      version \(version)
      cluster \(manifest.clusterID)
      nodes \(manifest.nodes)
      boots \(manifest.boots)

      """ + kind, to: path + "/" + manifestName)
  }
}
