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
  // What is wrong with the arguments is one line; help and the version are as they are.
  let status = Replicascope.exitCode(for: error).rawValue
  guard status == Failure.Kind.usage.rawValue else { Replicascope.exit(withError: error) }
  let message = Replicascope.message(for: error).split(separator: "\n").first ?? "bad arguments"
  Output.error("replicascope: \(message) (--help shows what there is)")
  exit(status)
}
