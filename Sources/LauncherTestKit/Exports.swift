// A test imports LauncherTestKit and has the library with it.
@_exported import LauncherKit
