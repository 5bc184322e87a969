import ArgumentParser

#if canImport(Glibc)
  import Glibc
#endif

// Not `@main`, and nothing async: curses and its signals need the real main thread.
signal(SIGPIPE, SIG_IGN)
do {
  var command = try Replicascope.parseAsRoot()
  try command.run()
} catch let failure as Failure {
  failure.report()
  exit(failure.status)
} catch {
  Replicascope.exit(withError: error)
}
