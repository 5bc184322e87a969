import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The lab in a real terminal: tmux draws it, types at it and reads the screen.
@Suite(.serialized) struct TmuxTests {
  /// A tmux server of its own, with one window that runs a shell.
  final class Session {
    let socket = "replicascope-\(UUID().uuidString.prefix(8))"

    init(columns: Int = 80, rows: Int = 24) throws {
      // The server keeps what it is given open: it gets no pipe.
      try run(
        output: nil, "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)",
        "-s", "main",
        "env", "PS1=shell$ ", "SWIFT_BACKTRACE=enable=no", "LC_ALL=C.UTF-8", "bash", "--norc",
        "--noprofile")
      try waitFor("shell$")
    }

    deinit { _ = try? tmux("kill-server") }

    @discardableResult
    func tmux(_ arguments: String...) throws -> String {
      let output = Pipe()
      try run(output: output, arguments)
      return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    private func run(output: Pipe?, _ arguments: String...) throws {
      try run(output: output, arguments)
    }

    private func run(output: Pipe?, _ arguments: [String]) throws {
      let process = Process()
      // Foundation waits for a socket to close that the server would inherit: close it first.
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      let closing =
        "for n in $(ls /proc/$$/fd); do [ $n -gt 2 ] && eval \"exec $n>&-\"; done; exec \"$@\""
      process.arguments = ["-c", closing, "bash", "tmux", "-L", socket] + arguments
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = output ?? FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
    }

    var screen: String { (try? tmux("capture-pane", "-p", "-t", "main")) ?? "" }

    func type(_ keys: String...) throws {
      for key in keys { try tmux("send-keys", "-t", "main", key) }
    }

    func line(_ text: String) throws {
      try tmux("send-keys", "-t", "main", "-l", text)
      try type("Enter")
    }

    /// Waits until the screen fulfils a condition, at most 20 seconds.
    @discardableResult
    func wait(_ what: String, _ condition: (String) -> Bool) throws -> String {
      let deadline = Date(timeIntervalSinceNow: 20)
      while Date() < deadline {
        let screen = screen
        if condition(screen) { return screen }
        usleep(50_000)
      }
      Issue.record("waited in vain for \(what):\n\(screen)")
      return screen
    }

    @discardableResult
    func waitFor(_ text: String) throws -> String { try wait(text) { $0.contains(text) } }

    /// What `stty -a` says of the terminal.
    func settings(_ marker: String) throws -> String {
      try line("clear; stty -a | tr -d '\\n'; echo; echo \(marker)")
      let screen = try wait(marker) {
        $0.split(separator: "\n").contains { $0.hasPrefix(marker) }
      }
      return screen.components(separatedBy: marker)[0]
    }
  }

  @Test func killsTheLeaderResizesSuspendsResumesQuits() throws {
    let session = try Session()
    let before = try session.settings("first")
    try session.line("\(Program.path) --election-timeout 500ms")
    try session.waitFor("n1 ★LEADER")
    try session.type("x")
    try session.waitFor("n1 ✗dead")
    try session.wait("a new leader") { $0.contains("n2 ★LEADER") || $0.contains("n3 ★LEADER") }
    try session.waitFor("lost 0")
    try session.type("r")
    try session.waitFor("n1 follower")
    try session.tmux("resize-window", "-t", "main", "-x", "120", "-y", "40")
    try session.wait("the wider screen") { $0.contains("━ clients ") }
    try session.tmux("resize-window", "-t", "main", "-x", "50", "-y", "12")
    try session.waitFor("replicascope needs 60x16; this is 50x12.")
    try session.tmux("resize-window", "-t", "main", "-x", "80", "-y", "24")
    try session.waitFor("what clients can rely on")
    try session.type("C-z")
    try session.waitFor("Stopped")
    try session.line("fg")
    try session.waitFor("what clients can rely on")
    try session.type("q")
    try session.waitFor("shell$")
    try session.line("echo status $?")
    try session.waitFor("status 0")
    let after = try session.settings("second")
    #expect(before == after)
  }

  @Test(arguments: [("TERM", 143), ("HUP", 129), ("INT", 130)])
  func signalsRestoreTheTerminal(name: String, status: Int) throws {
    let session = try Session()
    let before = try session.settings("first")
    try session.line("\(Program.path); echo status $?")
    try session.waitFor("n1 ★LEADER")
    try session.tmux("run-shell", "kill -\(name) $(pgrep -P #{pane_pid} replicascope)")
    try session.waitFor("status \(status)")
    #expect(before == (try session.settings("second")))
  }

  @Test func aCrashRestoresTheTerminal() throws {
    let session = try Session()
    let before = try session.settings("first")
    try session.line("\(Program.path)")
    try session.waitFor("n1 ★LEADER")
    try session.tmux("run-shell", "kill -ILL $(pgrep -P #{pane_pid} replicascope)")
    try session.waitFor("shell$")
    #expect(before == (try session.settings("second")))
  }

  @Test func plainTerminalsAreEnough() throws {
    let session = try Session()
    try session.line("TERM=vt100 LC_ALL=C \(Program.path)")
    try session.waitFor("n1 *LEADER")
    try session.type("q")
    try session.line("TERM=nosuchterminal \(Program.path); echo status $?")
    try session.waitFor("status 64")
  }

  @Test func thePromptSaysWhatIsWrong() throws {
    let session = try Session()
    try session.line("\(Program.path)")
    try session.waitFor("n1 ★LEADER")
    try session.type(":")
    try session.line("kil n1")
    try session.waitFor("kil is no command; did you mean kill?")
    try session.type("C-u")
    try session.line("ack async")
    try session.waitFor("async 3/3")
    try session.type(":")
    // What is pasted is text, whatever it holds; Ctrl-c cancels the line and nothing else.
    try session.tmux("set-buffer", "wipe n2\n漢字 é\n")
    try session.tmux("paste-buffer", "-p", "-t", "main")
    try session.waitFor(":wipe n2 漢字 é")
    try session.type("C-c")
    try session.wait("the line is gone") { !$0.contains(":wipe") }
    try session.tmux("paste-buffer", "-p", "-t", "main")
    try session.waitFor("pasted text was ignored")
    try session.type("C-c")
    try session.waitFor("shell$")
    try session.line("echo status $?")
    try session.waitFor("status 130")
  }
}
