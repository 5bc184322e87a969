#if canImport(Glibc)
  import Glibc
#endif

/// A thread of the operating system's, for work that blocks.
public struct Thread: @unchecked Sendable {
  // A pthread_t is an opaque number that any thread may join or detach once; one owner does.
  private let handle: pthread_t

  private final class Start: Sendable {
    let body: @Sendable () -> Void
    init(body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Why a thread could not be started.
  public struct StartError: Error, CustomStringConvertible {
    let code: Int32
    public var description: String { "no thread could be started (error \(code))" }
  }

  /// Starts a thread that runs `body`; signals go to other threads.
  @discardableResult
  public static func start(_ body: @escaping @Sendable () -> Void) throws -> Thread {
    var handle = pthread_t()
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    // A trap must still reach the crash handlers.
    for signal in [SIGSEGV, SIGILL, SIGBUS, SIGFPE, SIGABRT, SIGTRAP] { sigdelset(&all, signal) }
    pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let start = Unmanaged.passRetained(Start(body: body))
    let code = pthread_create(
      &handle, nil,
      { pointer in
        guard let pointer else { return nil }
        let start = Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue()
        start.body()
        return nil
      }, start.toOpaque())
    if code != 0 {
      start.release()
      throw StartError(code: code)
    }
    return Thread(handle: handle)
  }

  /// Lets the thread go: it is not to be joined.
  public func detach() { pthread_detach(handle) }

  /// Waits until the thread has ended.
  public func join() { pthread_join(handle, nil) }
}
