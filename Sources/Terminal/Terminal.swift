import CNcurses
import Canvas
import Glibc

/// The terminal as a screen: shows canvases, gives keys, and is given back whatever happens.
///
/// For the main thread only, used synchronously; the class isn't `Sendable`. From `init` to ``close()`` the
/// signals INT, TERM, HUP, TSTP, CONT and WINCH come as keys or are handled in ``keys(timeout:wake:)``;
/// fatal signals and `exit` restore the terminal and go on as before.
public final class Terminal {
  /// What the person wants; the rest comes from the terminal and the environment.
  public struct Options: Sendable {
    /// Whether colours may be used. `NO_COLOR` in the environment forbids them too.
    public var colour = true
    /// Whether ASCII is to be used even where UTF-8 is spoken.
    public var ascii = false
    /// Whether the terminal's background is light.
    public var light = false
    /// Whether mouse events are wanted; the terminal's own selection then needs Shift.
    public var mouse = true
    /// The file that standard error is appended to while the screen is up, if it is a terminal.
    public var log: String?

    /// Options as they are by default.
    public init() {}
  }

  /// Whether there is a screen in this process. Only touched on the main thread, which `init` checks.
  private nonisolated(unsafe) static var isOpen = false

  /// The extent of the screen.
  public private(set) var size: Size
  /// How many colours the screen shows.
  public let colours: Colours
  /// Whether characters beyond ASCII are shown.
  public let unicode: Bool
  /// The marks to draw with.
  public var glyphs: Glyphs { unicode ? .unicode : .ascii }
  /// Called before the process is stopped by a suspension, the screen still up: stop clocks here.
  /// ``Key/resumed`` tells that it is back.
  public var onSuspend: () -> Void = {}

  private let palette: Palette
  private let log: String?
  private var decoder = KeyDecoder()
  private var shown: Canvas?
  private var cursor: Point?
  /// Whether the terminal is ours at the moment.
  private var isUp = true
  private var isClosed = false

  /// Takes over the terminal.
  ///
  /// - Throws: ``TerminalError``, with the terminal as it was.
  public init(_ options: Options = Options()) throws {
    guard cnc_on_main_thread() else { throw TerminalError.notOnMainThread }
    guard !Self.isOpen else { throw TerminalError.alreadyOpen }
    let speaksUTF8 = cnc_use_locale()
    let term = environment("TERM") ?? ""
    let colour =
      options.colour && (environment("NO_COLOR") ?? "").isEmpty && term != "dumb"
    guard cnc_signals_open() else { throw TerminalError.failed(errno: errno) }
    errno = 0
    if let error = TerminalError(
      found: cnc_open(colour, options.mouse), term: term, errno: errno)
    {
      cnc_signals_close()
      throw error
    }
    if let path = options.log, !cnc_errors_to(path) {
      let number = errno
      cnc_close()
      cnc_signals_close()
      throw TerminalError.log(path: path, errno: number)
    }
    colours = Colours(rawValue: Int(cnc_colours())) ?? .mono
    palette = Palette(colours: colours, light: options.light)
    unicode = speaksUTF8 && !options.ascii
    log = options.log
    size = Self.measure(cnc_size)
    Self.isOpen = true
  }

  deinit { close() }

  /// Gives the terminal, standard error and the signals back. May be called again.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    cnc_close()
    cnc_errors_back()
    cnc_signals_close()
    isUp = false
    Self.isOpen = false
  }

  /// Shows `canvas`: nothing is sent for what is on the screen already. What is larger than the
  /// screen is cut off.
  ///
  /// - Parameter cursor: where the cursor is shown, for text input; nil hides it.
  public func draw(_ canvas: Canvas, cursor: Point? = nil) {
    guard isUp else { return }
    let diff = Diff(from: shown, to: canvas)
    guard !diff.isEmpty || cursor != self.cursor || shown == nil else { return }
    if shown?.size != canvas.size { cnc_erase() }
    for run in diff.runs {
      let cells = run.cells.compactMap { palette.encoded($0, unicode: unicode) }
      cnc_put(Int32(run.start.x), Int32(run.start.y), cells, Int32(cells.count))
    }
    cnc_flush(Int32(cursor?.x ?? -1), Int32(cursor?.y ?? -1))
    shown = canvas
    self.cursor = cursor
  }

  /// Paints everything again, for when something else has written on the screen.
  public func repaint() {
    guard isUp else { return }
    cnc_repaint()
    guard let canvas = shown else { return }
    shown = nil
    draw(canvas, cursor: cursor)
  }

  /// Waits for keys, signals or a wake-up, and takes all that have come.
  ///
  /// - Parameters:
  ///   - timeout: how long to wait in milliseconds; negative waits for ever.
  ///   - wake: a descriptor that ends the wait when it is readable, such as the reading end of a pipe;
  ///     what waits in it is read away (up to 4096 bytes), and ``Key/wake`` comes once.
  /// - Returns: what has come, signals first; nothing when the time was over. A terminal that has
  ///   gone away counts as `SIGHUP`.
  public func keys(timeout: Int32, wake: Int32? = nil) -> [Key] {
    guard !isClosed else { return [] }
    var waiting = [
      pollfd(fd: cnc_signals_descriptor(), events: Int16(POLLIN), revents: 0),
      pollfd(fd: isUp ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wake ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    var ready = poll(&waiting, nfds_t(waiting.count), timeout)
    // Interrupted: the handler has written to the pipe by now.
    if ready < 0, errno == EINTR { ready = poll(&waiting, nfds_t(waiting.count), 0) }
    guard ready > 0 else { return [] }

    var keys = waiting[0].revents == 0 ? [] : signals()
    let input = waiting[1].revents
    if isUp, input & Int16(POLLIN) != 0 { keys += typed() }
    if input & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { keys.append(.signal(SIGHUP)) }
    if let wake, waiting[2].revents != 0 {
      drain(wake)
      keys.append(.wake)
    }
    return keys
  }

  /// Stops the process as Ctrl-z does, and returns when it is continued: ``onSuspend`` is called, the
  /// terminal restored; afterwards the screen is drawn again.
  ///
  /// - Returns: ``Key/resumed`` and a ``Key/resize(_:)`` where the size has changed; or the signals
  ///   that ended the suspension, after which the screen stays down.
  public func suspend() -> [Key] {
    guard isUp else { return [] }
    onSuspend()
    cnc_leave()
    cnc_errors_back()
    isUp = false
    _ = cnc_stop(SIGTSTP)
    return resume()
  }

  /// Takes the terminal again and paints it, unless the program is to end.
  private func resume() -> [Key] {
    var ending = pendingEnds()
    // Continued in the background: stop again until the terminal is ours, as any program that
    // uses it would.
    while ending.isEmpty, cnc_in_background(), cnc_stop(SIGTTOU) { ending = pendingEnds() }
    guard ending.isEmpty else { return ending }
    cnc_enter()
    // A log that can't be opened any more is no reason to end the session: errors show instead.
    if let log { _ = cnc_errors_to(log) }
    isUp = true
    let before = size
    size = Self.measure(cnc_resize)
    repaint()
    return [.resumed] + (size == before ? [] : [.resize(size)])
  }

  /// Handles the signals that wait, each kind once.
  private func signals() -> [Key] {
    var numbers: [Int32] = []
    while case let number = cnc_next_signal(), number != 0 {
      if !numbers.contains(number) { numbers.append(number) }
    }
    var keys = numbers.filter(Self.isEnd).map(Key.signal)
    guard isUp, keys.isEmpty else { return keys }
    if numbers.contains(SIGTSTP) {
      keys += suspend()
    } else if numbers.contains(SIGCONT) {
      // Stopped by SIGSTOP, which nobody can catch: the shell has used the terminal meanwhile.
      keys += resume()
    } else if numbers.contains(SIGWINCH) {
      keys += resized()
    }
    return keys
  }

  private func resized() -> [Key] {
    size = Self.measure(cnc_resize)
    shown = nil
    return [.resize(size)]
  }

  /// Takes the signals that came during a suspension, and keeps those that end the program.
  private func pendingEnds() -> [Key] {
    var keys: [Key] = []
    while case let number = cnc_next_signal(), number != 0 {
      if Self.isEnd(number), !keys.contains(.signal(number)) { keys.append(.signal(number)) }
    }
    return keys
  }

  private func typed() -> [Key] {
    var keys: [Key] = []
    while case let input = cnc_read(), input.kind != CNC_NOTHING { keys += decoder.take(input) }
    return keys + decoder.finish()
  }

  private func drain(_ descriptor: Int32) {
    var bytes = [UInt8](repeating: 0, count: 4096)
    _ = read(descriptor, &bytes, bytes.count)
  }

  private static func isEnd(_ number: Int32) -> Bool {
    number == SIGINT || number == SIGTERM || number == SIGHUP
  }

  private static func measure(
    _ ask: (UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?) -> Void
  ) -> Size {
    var columns: Int32 = 0
    var rows: Int32 = 0
    ask(&columns, &rows)
    return Size(columns: Int(columns), rows: Int(rows))
  }

  /// Lets the calling thread, which may be any, restore the terminal even when its stack overflows.
  /// The main thread is served already.
  public static func prepareThread() { cnc_alternate_stack() }
}
