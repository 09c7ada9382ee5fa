// An adapter imports AdapterKit and has the vocabulary and the messages with it.
@_exported import LauncherProtocol
