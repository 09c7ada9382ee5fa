/// The version of this library, of the `launcher` program and of the adapters that come with it.
public let launcherKitVersion = "0.1.0"
