// A test that imports LauncherTestKit gets the library with it.
@_exported import LauncherKit
