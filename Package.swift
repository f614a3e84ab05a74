// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target here is built with: language mode 6 and the upcoming features.
let settings: [SwiftSetting] =
    [
        "ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility",
        "NonisolatedNonsendingByDefault", "InferIsolatedConformances",
    ].map { .enableUpcomingFeature($0) }
    + (Context.environment["WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)])

let package = Package(
    name: "swift-multiprocessing",
    products: [
        .library(name: "Multiprocessing", targets: ["Multiprocessing"]),
        .library(name: "MultiprocessingFoundation", targets: ["MultiprocessingFoundation"]),
    ],
    targets: [
        .target(name: "CMultiprocessing"),
        .target(
            name: "MultiprocessingCore",
            dependencies: ["CMultiprocessing"],
            swiftSettings: settings + [.strictMemorySafety()]
        ),
        .target(name: "Multiprocessing", dependencies: ["MultiprocessingCore"], swiftSettings: settings),
        .target(
            name: "MultiprocessingFoundation", dependencies: ["Multiprocessing"], swiftSettings: settings),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "MultiprocessingCoreTests",
            dependencies: ["MultiprocessingCore", "TestSupport", "ClosureTransportProbe"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "ClosureTransportProbe",
            dependencies: ["MultiprocessingCore"],
            path: "Tests/ClosureTransportProbe",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "closure-probe",
            dependencies: ["Multiprocessing"],
            path: "Tests/ClosureProbe",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "ProcessHost",
            dependencies: ["Multiprocessing"],
            path: "Tests/ProcessHost",
            swiftSettings: settings
        ),
        .testTarget(
            name: "MultiprocessingTests",
            dependencies: ["Multiprocessing", "MultiprocessingFoundation", "TestSupport", "ProcessHost"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "file-statistics",
            dependencies: ["Multiprocessing"],
            path: "Examples/file-statistics",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "quickstart",
            dependencies: ["Multiprocessing"],
            path: "Examples/quickstart",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "gallery",
            dependencies: ["Multiprocessing"],
            path: "Examples/gallery",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "benchmarks",
            dependencies: ["Multiprocessing"],
            path: "Examples/benchmarks",
            swiftSettings: settings
        ),
        .testTarget(
            name: "ExamplesTests",
            dependencies: [
                "Multiprocessing", "MultiprocessingFoundation", "TestSupport", "file-statistics",
                "quickstart", "gallery", "benchmarks",
            ],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
