import Dispatch
import Glibc
import Multiprocessing
import TestSupport
import Testing

/// What a preload closure fills, once, in the server.
private enum Table {
    nonisolated(unsafe) static var entries: [Int] = []
    nonisolated(unsafe) static var loader: Int32 = 0
}

private struct MissingModel: Error, Codable, Equatable {
    var name: String
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PreloadTests {
    @Test("what a fork server preloads is there in every child, and was done once")
    func preload() async throws {
        let size = 100_000
        let context = try ProcessContext.forkserver {
            Table.entries = Array(0..<size)
            Table.loader = getpid()
            print("loaded")
        }
        var loaders: Set<String> = []
        for _ in 0..<3 {
            let child = ChildProcess(context: context, options: .captured) {
                say("\(Table.entries.count) \(Table.entries.last ?? -1)")
                say("\(Table.loader)")
                say("\(Table.loader != getpid() && Table.loader == getppid())")
            }
            let output = try await child.report().output
            // The line that the closure printed is not printed by every child once more.
            #expect(output.count == 3 && output[0] == "100000 99999" && output[2] == "true")
            loaders.insert(output[1])
        }
        #expect(loaders.count == 1)
        // Not in children of other contexts.
        let other = ChildProcess(options: .captured) { say("\(Table.entries.count)") }
        #expect(try await other.report().output == ["0"])
        // Workers of pools have it too, and a server that was killed is replaced by one that has done it again.
        let server = try #require(loaders.first.flatMap { Int32($0) })
        kill(server, SIGKILL)
        try await withProcessPool(workers: 2, context: context) { pool in
            let found = try await pool.map(0..<4, chunkSize: 1) { _ in
                [Table.entries.count, Int(Table.loader)]
            }
            #expect(found.allSatisfy { $0[0] == 100_000 && $0[1] != Int(server) && $0[1] != 0 })
        }
    }

    @Test("what a preload closure throws reaches whoever starts the first child, by its type")
    func throwing() async throws {
        let context = try ProcessContext.forkserver { throw MissingModel(name: "large") }
        for _ in 0..<2 {
            let error = await #expect(throws: MultiprocessingError.self) {
                try await ChildProcess(context: context) {}.start()
            }
            #expect(error?.code == .startFailed)
            #expect(error?.cause == "\(MissingModel(name: "large"))")
        }
        let pool = try ProcessPool(workers: 1, context: context)
        let error = await #expect(throws: MultiprocessingError.self) { try await pool.apply { 1 } }
        #expect(error?.description.contains("MissingModel(name: \"large\")") == true)
        await pool.shutdown()
    }

    @Test("a preload closure that dies or leaves a thread behind fails the start with that reason")
    func wrongClosures() async throws {
        let dying = try ProcessContext.forkserver { kill(getpid(), SIGKILL) }
        let death = await #expect(throws: MultiprocessingError.self) {
            try await ChildProcess(context: dying) {}.start()
        }
        #expect(death?.cause?.contains("ended while it ran its preload closure") == true)
        let threaded = try ProcessContext.forkserver {
            let semaphore = DispatchSemaphore(value: 0)
            DispatchQueue(label: "runs").async {
                semaphore.signal()
                while true { pause() }
            }
            semaphore.wait()
        }
        let threads = await #expect(throws: MultiprocessingError.self) {
            try await ChildProcess(context: threaded) {}.start()
        }
        #expect(threads?.cause?.contains("threads") == true)
    }

    @Test("FKS-04: a lock that was made while preloading breaks nothing")
    func locks() async throws {
        let context = try ProcessContext.forkserver {
            var mutex = pthread_mutex_t()
            pthread_mutex_init(&mutex, nil)
            pthread_mutex_lock(&mutex)
            pthread_mutex_unlock(&mutex)
        }
        let child = ChildProcess(context: context, options: .captured) { say("ok") }
        #expect(try await child.report() == Report(status: .exited(0), output: ["ok"], errors: []))
    }

    @Test("a start that waits for a preload closure can be cancelled, and delays no other start")
    func cancelled() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let context = try ProcessContext.forkserver { gate.pass() }
        let starting = Task { try await ChildProcess(context: context) {}.start() }
        let other = ChildProcess {}
        try await other.start()
        #expect(try await other.join() == .exited(0))
        starting.cancel()
        await #expect(throws: CancellationError.self) { try await starting.value }
    }
}
