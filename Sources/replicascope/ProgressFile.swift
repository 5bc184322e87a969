import Operations
import Workshop
import World

#if canImport(Glibc)
  import Glibc
#endif

/// Where a learner's progress is kept, in the folder that XDG names for state.
enum ProgressFile {
  static var folder: String {
    let home = environment("HOME") ?? "."
    return (environment("XDG_STATE_HOME") ?? home + "/.local/state") + "/replicascope"
  }

  static var path: String { folder + "/workshop" }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  /// The progress, and what there is to say of the file: one that can't be read is kept aside and never
  /// written over.
  static func load() throws -> (progress: Progress, said: String?) {
    guard access(path, F_OK) == 0 else { return (Progress(), nil) }
    let reading: Progress.Reading
    do { reading = Progress.read(try TextFile.read(path)) } catch let failure as Failure {
      reading = .damaged(line: 1, why: failure.lines.joined(separator: "; "))
    }
    switch reading {
    case .progress(let progress): return (progress, nil)
    case .newer(let version):
      let aside = try keepAside()
      return (
        Progress(),
        "\(path) is of a newer course (\(version), this is \(Progress.version)); it is kept as \(aside)"
      )
    case .damaged(let line, let why):
      let aside = try keepAside()
      return (Progress(), "\(path):\(line): \(why); the file is kept as \(aside)")
    }
  }

  private static func keepAside() throws -> String {
    for number in 1...999 {
      let aside = "\(path).aside-\(number)"
      // A link is made only where nothing is: what was kept before stays.
      if link(path, aside) == 0, unlink(path) == 0 { return aside }
      guard errno == EEXIST else { break }
    }
    throw Failure(.inputOutput, "\(path) can't be kept aside: \(String(cString: strerror(errno)))")
  }

  /// Writes it whole or not at all.
  static func save(_ progress: Progress) throws {
    try makeFolder()
    let draft = "\(path).new-\(getpid())"
    guard let file = fopen(draft, "w") else { throw problem(draft) }
    let isWritten = fputs(progress.text, file) >= 0 && fflush(file) == 0 && fsync(fileno(file)) == 0
    guard fclose(file) == 0, isWritten, rename(draft, path) == 0 else {
      let problem = problem(draft)
      unlink(draft)
      throw problem
    }
  }

  private static func makeFolder() throws {
    var path = ""
    for part in folder.split(separator: "/", omittingEmptySubsequences: false) {
      path += part
      if !path.isEmpty, mkdir(path, 0o755) != 0, errno != EEXIST { throw problem(path) }
      path += "/"
    }
  }

  private static func problem(_ path: String) -> Failure {
    Failure(.inputOutput, "\(path): \(String(cString: strerror(errno)))")
  }
}
