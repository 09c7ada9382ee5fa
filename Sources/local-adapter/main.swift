import AdapterKit
import Dispatch
import Glibc

// One executable in three roles: the adapter that a host talks to, the supervisor of one running job, and the
// timekeeper that wakes the queue. A user only ever sees the first.
let words = CommandLine.arguments
switch words.dropFirst().first {
case Supervisor.argument?: exit(Supervisor.main(words))
case Timekeeper.argument?: exit(Timekeeper.main())
default:
  // Nothing here waits for the supervisors that it starts, and they must not remain as zombies while a host keeps the
  // adapter open.
  signal(SIGCHLD, SIG_IGN)
  // A write beyond a file size limit must be an error to report, not the adapter's end.
  signal(SIGXFSZ, SIG_IGN)
  Task {
    await AdapterServer.serve(LocalAdapter(settings: Settings.current()))
    exit(0)
  }
  dispatchMain()
}
