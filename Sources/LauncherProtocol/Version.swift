/// The version of the toolkit and of the programs that come with it.
public let launcherKitVersion = "0.1.0"
