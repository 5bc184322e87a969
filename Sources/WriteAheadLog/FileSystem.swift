/// Names a request, so that its completion can be told from others of the same node.
public struct FileToken: Hashable, Sendable {
  /// The number; each log counts its own from 1.
  public let rawValue: UInt64

  /// The token with this number.
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// One thing to do to the files of a node's directory; names are plain names within it.
public enum FileOperation: Equatable, Sendable {
  /// The names and sizes of the files there are, sorted by name.
  case list
  /// Bytes `offset..<offset + count` of a file; fewer when the file ends before.
  case read(name: String, offset: Int, count: Int)
  /// Writes bytes at an offset; makes the file if there is none.
  case write(name: String, offset: Int, bytes: [UInt8])
  /// Writes records, encoded, at an offset of a file that there is.
  case writeRecords(name: String, offset: Int, RecordRun)
  /// Makes room for `offset..<offset + count` and fills it with zeros.
  case zeroFill(name: String, offset: Int, count: Int)
  /// Returns once the file's bytes and size are durable (fdatasync).
  case sync(name: String)
  /// Cuts the file to `size` bytes.
  case truncate(name: String, size: Int)
  /// Gives a file another name, atomically, replacing what has it.
  case rename(from: String, to: String)
  /// Removes a file; no error when there is none.
  case remove(name: String)
  /// Returns once names made, changed and removed are durable (fsync of the directory).
  case syncDirectory
}

/// What an operation gave.
public enum FileResult: Equatable, Sendable {
  /// Done; nothing to give.
  case done
  /// What ``FileOperation/read(name:offset:count:)`` read.
  case bytes([UInt8])
  /// What ``FileOperation/list`` found.
  case listing([FileListing])
}

/// A file in a listing.
public struct FileListing: Equatable, Sendable {
  /// The name within the directory.
  public var name: String
  /// Bytes.
  public var size: Int

  /// A file called `name` of `size` bytes.
  public init(name: String, size: Int) {
    self.name = name
    self.size = size
  }
}

/// Why an operation failed.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kinds that are told apart.
  public enum Kind: Equatable, Sendable {
    /// No such file.
    case notFound
    /// No room on the disk.
    case noSpace
    /// Anything else the system said: its errno.
    case inputOutput(Int32)
  }

  /// What kind of failure it was.
  public var kind: Kind
  /// The file it was about.
  public var name: String

  /// A failure of `kind` on the file `name`.
  public init(kind: Kind, name: String) {
    self.kind = kind
    self.name = name
  }

  public var description: String {
    switch kind {
    case .notFound: "\(name): no such file"
    case .noSpace: "\(name): no space left on device"
    case .inputOutput(let code): "\(name): input/output error \(code)"
    }
  }
}

/// Operations to do in order; the first failure ends the request.
public struct FileRequest: Equatable, Sendable {
  /// When a request is done, beside the others of its node.
  public enum Turn: Equatable, Sendable {
    /// After all before it that are in order.
    case inOrder
    /// Beside those in order, after all before it that are aside: for what nobody waits for.
    case aside
    /// After all before it, and before all after it.
    case alone
  }

  /// The request's name.
  public var token: FileToken
  /// What to do.
  public var operations: [FileOperation]
  /// When it is done.
  public var turn: Turn

  /// A request called `token`.
  public init(token: FileToken, operations: [FileOperation], turn: Turn = .inOrder) {
    self.token = token
    self.operations = operations
    self.turn = turn
  }
}

/// How a request ended.
public struct FileCompletion: Equatable, Sendable {
  /// The request's name.
  public var token: FileToken
  /// One result an operation done, in order.
  public var results: [FileResult]
  /// Why the operation after those failed, nil when all were done.
  public var failure: FileError?

  /// A completion of the request called `token`.
  public init(token: FileToken, results: [FileResult], failure: FileError?) {
    self.token = token
    self.results = results
    self.failure = failure
  }
}

/// The files of one node, as an executor of requests sees them.
///
/// A log never calls this: it emits ``FileRequest``s, a world performs them, each in its
/// ``FileRequest/Turn``, and gives each back as a ``FileCompletion`` event.
public protocol FileSystem: Sendable {
  /// Does one operation.
  ///
  /// - Throws: ``FileError`` when it can't be done.
  mutating func perform(_ operation: FileOperation) throws(FileError) -> FileResult
}
