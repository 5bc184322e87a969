import ArgumentParser

#if canImport(Glibc)
  import Glibc
#endif

// Not `@main`, and nothing async: curses and its signals need the real main thread.
signal(SIGPIPE, SIG_IGN)
// Whoever started the program may have had signals blocked; ours must reach us.
var nothing = sigset_t()
sigemptyset(&nothing)
pthread_sigmask(SIG_SETMASK, &nothing, nil)
do {
  var command = try Replicascope.parseAsRoot()
  try command.run()
} catch let failure as Failure {
  failure.report()
  exit(failure.status)
} catch {
  Replicascope.exit(withError: error)
}
