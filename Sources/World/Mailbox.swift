import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A mutex and a condition to wait for, which a change under the mutex signals.
final class Monitor: @unchecked Sendable {
  // Both live at fixed addresses from init to deinit, and POSIX lets any thread use them.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  init() {
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Wakes whoever waits.
  func signal() { pthread_cond_broadcast(condition) }

  /// Waits for a signal, with the mutex held, at most until `deadline` (monotonic nanoseconds; nil:
  /// for ever). May return without one.
  func wait(until deadline: Int64? = nil) {
    guard let deadline else {
      pthread_cond_wait(condition, mutex)
      return
    }
    var time = timespec(
      tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
    pthread_cond_timedwait(condition, mutex, &time)
  }
}

/// Holds threads back until it is opened, once.
final class Latch: @unchecked Sendable {
  // `isOpen` is only used with the monitor locked.
  private let monitor = Monitor()
  private var isOpen = false

  func open() {
    monitor.locked { isOpen = true }
    monitor.signal()
  }

  func wait() {
    monitor.locked {
      while !isOpen { monitor.wait() }
    }
  }

  /// Waits at most until `deadline` (monotonic nanoseconds), and says whether it is open.
  @discardableResult
  func wait(until deadline: Int64) -> Bool {
    monitor.locked {
      while !isOpen, MonotonicClock.now < deadline { monitor.wait(until: deadline) }
      return isOpen
    }
  }
}

/// A queue from any thread to one that waits, with a deadline.
public final class Mailbox<Element: Sendable>: @unchecked Sendable {
  // `elements`, `isWoken` and `isClosed` are only used with the monitor locked.
  private let monitor = Monitor()
  private var elements: [Element] = []
  private var isWoken = false
  private var isClosed = false
  private let hasElementsNow = Atomic(false)

  /// An empty queue.
  public init() {}

  /// Whether there is an element, as far as one can tell without waiting for anybody.
  var hasElements: Bool { hasElementsNow.load(ordering: .relaxed) }

  /// Puts an element in and wakes whoever waits.
  public func put(_ element: Element) {
    monitor.locked {
      elements.append(element)
      hasElementsNow.store(true, ordering: .relaxed)
    }
    monitor.signal()
  }

  /// Wakes whoever waits, now or next.
  public func wake() {
    monitor.locked { isWoken = true }
    monitor.signal()
  }

  /// Lets whoever waits go for good.
  public func close() {
    monitor.locked { isClosed = true }
    monitor.signal()
  }

  /// What a wait gave.
  public enum Wait {
    /// These came.
    case elements([Element])
    /// Someone woke it.
    case woken
    /// The time was over.
    case deadline
    /// There will be no more.
    case closed
  }

  /// Takes all elements at once; waits for one until `deadline` (monotonic nanoseconds; nil: for ever).
  public func take(until deadline: Int64?) -> Wait {
    monitor.locked {
      while true {
        if !elements.isEmpty {
          let taken = elements
          elements = []
          hasElementsNow.store(false, ordering: .relaxed)
          return .elements(taken)
        }
        if isClosed { return .closed }
        if isWoken {
          isWoken = false
          return .woken
        }
        if let deadline, MonotonicClock.now >= deadline { return .deadline }
        monitor.wait(until: deadline)
      }
    }
  }
}

/// The machine's clock that never goes back.
public enum MonotonicClock {
  /// Nanoseconds since some moment before the program began.
  public static var now: Int64 {
    read(CLOCK_MONOTONIC)
  }

  /// Nanoseconds that the calling thread has spent on a processor.
  public static var threadTime: Int64 { read(CLOCK_THREAD_CPUTIME_ID) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
