// The one JSON of all that the programs write and read themselves.
@_exported import LauncherJSON
