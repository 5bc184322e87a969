import Operations
import Positions
import Scenarios
import World

#if canImport(Glibc)
  import Glibc
#endif

/// Finds scripts: a file, or a demo by its name.
enum ScriptFile {
  /// The folder of demos beside which the program may stand.
  static let folder = "demo"
  /// How scripts' files end.
  static let ending = ".scope"

  /// Reads a script whole, included files too.
  ///
  /// - Throws: ``Failure`` with everything that is wrong with it.
  static func load(
    _ named: String, replacing replacement: ScriptParser.Replacement? = nil
  ) throws -> Script {
    let source = try source(named)
    let outcome = ScriptParser.parse(source, replacing: replacement) {
      (path, from) throws(ScriptParser.Unreadable) in try include(path, from)
    }
    switch outcome {
    case .script(let script): return script
    case .errors(let errors):
      throw Failure(.badScript, lines: ScriptErrors(errors).lines)
    }
  }

  /// A file as it is named; else a demo in ``folder``; else one inside the program.
  private static func source(_ named: String) throws -> ScriptParser.Source {
    let isFile = named.contains("/") || named.hasSuffix(ending) || access(named, F_OK) == 0
    if isFile { return try read(named) }
    let inFolder = folder + "/" + named + ending
    if access(inFolder, F_OK) == 0 { return try read(inFolder) }
    if let demo = DemoLibrary.demo(named) { return source(demo) }
    let nearest = Nearest.match(named, in: Listing.all.map(\.name))
    throw Failure(
      .badScript,
      "there is no demo \(named)" + (nearest.map { "; did you mean \($0)?" } ?? "")
        + " (replicascope demo lists them)")
  }

  private static func source(_ demo: DemoLibrary.Demo) -> ScriptParser.Source {
    ScriptParser.Source(
      identity: "in the program: " + demo.name, name: demo.name + ending, text: demo.text)
  }

  private static func read(_ path: String) throws -> ScriptParser.Source {
    ScriptParser.Source(identity: identity(of: path), name: path, text: try TextFile.read(path))
  }

  /// What a file is, however it is named.
  private static func identity(of path: String) -> String {
    guard let whole = realpath(path, nil) else { return path }
    defer { free(whole) }
    return String(cString: whole)
  }

  /// A path is meant from the folder of the file that names it.
  private static func include(
    _ path: String, _ from: ScriptParser.Source
  ) throws(ScriptParser.Unreadable) -> ScriptParser.Source {
    if from.identity.hasPrefix("in the program: ") {
      let name = path.hasSuffix(ending) ? String(path.dropLast(ending.count)) : path
      guard let demo = DemoLibrary.demo(name) else {
        throw ScriptParser.Unreadable("there is no demo \(name) in the program")
      }
      return source(demo)
    }
    var whole = path
    if !path.hasPrefix("/"), let slash = from.name.lastIndex(of: "/") {
      whole = String(from.name[...slash]) + path
    }
    do { return try read(whole) } catch let failure as Failure {
      throw ScriptParser.Unreadable(failure.lines.joined(separator: "; "))
    } catch {
      throw ScriptParser.Unreadable("\(whole): \(error)")
    }
  }
}

/// The demos that can be played by name.
enum Listing {
  struct Entry {
    var name: String
    var title: String
  }

  /// Those in ``ScriptFile/folder``, then those inside the program that are not there.
  static var all: [Entry] {
    // Where there is no such folder, the program's own demos are all there are.
    var entries = ((try? Directories.names(in: ScriptFile.folder)) ?? [])
      .filter { $0.hasSuffix(ScriptFile.ending) }
      .map { file in
        let name = String(file.dropLast(ScriptFile.ending.count))
        let text = try? TextFile.read(ScriptFile.folder + "/" + file)
        return Entry(name: name, title: text.map(title) ?? "(can't be read)")
      }
    for demo in DemoLibrary.all where !entries.contains(where: { $0.name == demo.name }) {
      entries.append(Entry(name: demo.name, title: title(demo.text)))
    }
    return entries.sorted { $0.name < $1.name }
  }

  private static func title(_ text: String) -> String {
    switch ScriptParser.parse(text) {
    case .script(let script): return script.title ?? "(no title)"
    case .errors:
      // An include is not followed for a list.
      let line = text.split(separator: "\n").first { $0.hasPrefix("title ") }
      return line.map { String($0.dropFirst(6).drop { $0 == " " }) } ?? "(no title)"
    }
  }

  /// A line a demo.
  static func show() {
    let entries = all
    let width = entries.map(\.name.count).max() ?? 0
    for entry in entries {
      let gap = String(repeating: " ", count: width - entry.name.count + 2)
      Output.line("  \(entry.name)\(gap)\(entry.title)")
    }
    Output.line("")
    Output.line("replicascope demo NAME plays one; --headless as a test, without a screen")
  }
}
