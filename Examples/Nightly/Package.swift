// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "Nightly",
  products: [.library(name: "Nightly", targets: ["Nightly"])],
  dependencies: [.package(name: "LauncherKit", path: "../..")],
  targets: [
    .target(name: "Nightly", dependencies: [.product(name: "LauncherKit", package: "LauncherKit")]),
    .testTarget(
      name: "NightlyTests",
      dependencies: ["Nightly", .product(name: "LauncherTestKit", package: "LauncherKit")],
      resources: [.copy("Fixtures")]
    ),
  ]
)
