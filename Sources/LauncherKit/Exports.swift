// A program that imports LauncherKit gets the vocabulary with it.
@_exported import LauncherProtocol
