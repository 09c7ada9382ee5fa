// An adapter that imports AdapterKit gets the vocabulary and the messages with it.
@_exported import LauncherProtocol
