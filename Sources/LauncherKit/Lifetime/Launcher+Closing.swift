import LauncherProtocol
import ServiceLifecycle

extension Launcher {
  /// Ends the launcher, and returns once nothing of it is left: submissions that have begun are settled first, then the
  /// adapter and the native commands that it asked for end. Jobs go on.
  ///
  /// Later calls that need the adapter throw `LauncherError` (`adapterNotStarted`), and so does following jobs, unless
  /// another program looks at them for the job store. A dry run that is under way is not waited for. A launcher that is
  /// released ends on its own, without a way to wait for it.
  public func close() async {
    await submitter.underWay.close()
    await session.end()
  }

  /// The launcher as a service of swift-service-lifecycle: it runs until a graceful shutdown or its cancellation, and is
  /// closed then. In a `ServiceGroup` it comes before the services that use it: they are shut down first.
  public var service: some Service { LauncherLifetime(launcher: self) }
}

/// Closes a launcher when a group of services ends.
private struct LauncherLifetime: Service {
  let launcher: Launcher

  func run() async throws {
    // Cancelled or shut down: the submissions that have begun are awaited either way.
    try? await gracefulShutdown()
    await launcher.close()
  }
}
