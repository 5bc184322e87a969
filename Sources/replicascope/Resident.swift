#if canImport(Glibc)
  import Glibc
#endif

/// How much memory this process takes.
enum Resident {
  /// The most that it ever had resident, in MiB.
  static var mostMebibytes: Int {
    var usage = rusage()
    // Linux counts in KiB.
    return getrusage(Int32(RUSAGE_SELF.rawValue), &usage) == 0 ? usage.ru_maxrss / 1024 : 0
  }
}
