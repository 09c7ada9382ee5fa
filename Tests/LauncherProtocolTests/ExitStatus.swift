import LauncherProtocol

// Swift Testing has a type of the same name.
typealias JobExitStatus = LauncherProtocol.JobExitStatus
