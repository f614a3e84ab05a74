import Glibc
import Multiprocessing

/// Shared memory with names, in a folder for them that the program has for itself.
enum MemoryScenes {
    /// Leaves names behind as killed processes do, and looks when they go.
    static func clean(_ context: ProcessContext) async throws {
        SharedMemory.cleaning = []
        let names = ["a", "b", "c", "d"]
        for name in names {
            let child = ChildProcess(name, context: context) { name in
                SharedMemory.cleaning = []
                let memory = try SharedMemory(creating: name, count: 10)
                withExtendedLifetime(memory) { _ = kill(getpid(), SIGKILL) }
            }
            try await child.start()
            try await child.join()
            guard case .abandoned(by: child.pid) = SharedMemory.status(of: name) else { exit(2) }
        }
        // Off means off.
        try SharedMemory(creating: "e", count: 10).close()
        guard SharedMemory.names == names else { exit(3) }
        guard SharedMemory.removeAbandoned() == names, SharedMemory.names == [] else { exit(4) }
        for moment in [SharedMemory.Cleaning.atCreation, .atAttaching, .atEnd] {
            SharedMemory.cleaning = []
            let child = ChildProcess(context: context) {
                SharedMemory.cleaning = []
                let memory = try SharedMemory(creating: "f", count: 10)
                withExtendedLifetime(memory) { _ = kill(getpid(), SIGKILL) }
            }
            try await child.start()
            try await child.join()
            guard SharedMemory.names == ["f"] else { exit(5) }
            SharedMemory.cleaning = moment
            switch moment {
            case .atCreation: try SharedMemory(creating: "g", count: 10).close()
            case .atAttaching: _ = try? SharedMemory(attaching: "g")
            default: return say("cleaned when chosen")
            }
            guard SharedMemory.names == [] else { exit(6) }
        }
    }

    /// Asks for more than the folder has room for.
    static func fill() throws {
        var kept: [SharedMemory] = []
        var refusals = 0
        for count in [1 << 20, 8192, 8192, 8192, 8192, 8192, 8192, 8192] {
            do {
                let memory = try SharedMemory(creating: nil, count: count)
                for index in 0..<count { memory[index] = 1 }
                kept.append(memory)
            } catch let error as MultiprocessingError where error.code == .noResources {
                refusals += 1
            }
        }
        guard kept.count == 5, refusals == 3, SharedMemory.names.count == 5 else { exit(2) }
        say("full, and still here")
    }
}
