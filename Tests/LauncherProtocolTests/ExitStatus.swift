import LauncherProtocol

// Swift Testing has a type of the same name.
typealias ExitStatus = LauncherProtocol.ExitStatus
