import Glibc

/// The value of an environment variable; nil when it is unset.
func environment(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}

/// What the C library says about an error number.
func reason(_ number: Int32) -> String {
  number == 0 ? "no reason given" : String(cString: strerror(number))
}
