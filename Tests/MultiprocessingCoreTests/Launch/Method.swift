import MultiprocessingCore
import TestSupport

/// How a child ended; the testing library has an `ExitStatus` too.
typealias Ending = ExitStatus

/// The ways to start children, as arguments of tests.
enum Method: CaseIterable {
    case spawn
    case forkServer

    /// One server for all tests of this target.
    static let server = ForkServerLauncher()

    var launcher: any Launcher {
        switch self {
        case .spawn: SpawnLauncher()
        case .forkServer: Self.server
        }
    }

    func launch(
        _ role: any ChildRole.Type, _ payload: [UInt8] = [], descriptors: [SharedDescriptor] = [],
        ends: Tally<Ending> = Tally()
    ) async throws -> LaunchedChild {
        let order = LaunchOrder(role: role, payload: payload, descriptors: descriptors)
        return try await Self.launch(order, with: launcher, ends: ends)
    }

    /// Starts a child without blocking a task's thread.
    static func launch(
        _ order: LaunchOrder, with launcher: any Launcher, ends: Tally<Ending>
    ) async throws -> LaunchedChild {
        try await withCheckedThrowingContinuation { continuation in
            Lane.launching.run {
                continuation.resume(with: Result { try launcher.launch(order) { ends.add($0.status) } })
            }
        }
    }
}
