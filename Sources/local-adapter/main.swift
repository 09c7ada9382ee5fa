import AdapterKit
import Dispatch
import Glibc

// One executable in three roles: the adapter that a host talks to, the supervisor of one running job, and the
// timekeeper that wakes the queue. A user only ever meets the first.
let words = CommandLine.arguments
switch words.dropFirst().first {
case Supervisor.argument?: exit(Supervisor.main(words))
case Timekeeper.argument?: exit(Timekeeper.main())
default:
  // Started supervisors are nobody's business here, and must not stay as zombies while a host keeps the adapter open.
  signal(SIGCHLD, SIG_IGN)
  // A write beyond a file size limit shall be an error to report, not the adapter's end.
  signal(SIGXFSZ, SIG_IGN)
  Task {
    await AdapterServer.serve(LocalAdapter(settings: Settings.current()))
    exit(0)
  }
  dispatchMain()
}
