// A program imports LauncherKit and has the vocabulary with it.
@_exported import LauncherProtocol
