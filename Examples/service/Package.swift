// swift-tools-version: 6.2
import PackageDescription

// A package of its own, as a user's server is one: it depends on the library and on nothing else.
let package = Package(
    name: "service",
    dependencies: [.package(name: "swift-multiprocessing", path: "../..")],
    targets: [
        .executableTarget(
            name: "service",
            dependencies: [.product(name: "Multiprocessing", package: "swift-multiprocessing")]
        )
    ],
    swiftLanguageModes: [.v6]
)
