import Glibc
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// A lock of Swift's knows its holder by the number of the thread, which in a copy is not what it was.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ContendedLockTests {
    private static let lock = Mutex(0)
    private static let number = Atomic<Int32>(0)

    /// Holds the lock on this thread until another one waits for it; gives how often it was taken.
    private static func contend() -> Int {
        var thread = pthread_t()
        lock.withLock { count in
            count += 1
            let result = pthread_create(
                &thread, nil,
                { _ in
                    let number = Survey.link("/proc/thread-self").split(separator: "/").last.flatMap {
                        Int32($0)
                    }
                    ContendedLockTests.number.store(number ?? -1, ordering: .releasing)
                    ContendedLockTests.lock.withLock { $0 += 1 }
                    return nil
                }, nil)
            guard result == 0 else { fatalError("no thread") }
            while true {
                let other = number.load(ordering: .acquiring)
                // The state comes behind the name; S is that of a sleeper.
                if other != 0, Survey.text("/proc/self/task/\(other)/stat").contains(") S ") { return }
                usleep(100)
            }
        }
        pthread_join(thread, nil)
        return lock.withLock { $0 }
    }

    @Test("the first thread of a child may be waited for at a lock", arguments: everyContext)
    func firstThread(context: ProcessContext) async throws {
        let count = try SharedValue(0)
        let child = ChildProcess(count, context: context) { count in
            let taken = ContendedLockTests.contend()
            try await count.withLock { $0 = taken }
        }
        try await child.start()
        #expect(try await child.join() == .exited(0))
        #expect(count.value == 2)
    }

    @Test("so may that of a copy, whose other threads are gone")
    func copy() async throws {
        let program = ChildProcess(context: ProcessContext(.spawn), options: .captured) {
            let inner = ChildProcess(context: ProcessContext(.fork)) {
                say("\(ContendedLockTests.contend())")
            }
            try await inner.start()
            say("\(try await inner.join())")
        }
        #expect(try await program.report().output == ["2", "exited with code 0 (EXIT_SUCCESS)"])
    }

    @Test("a child of the fork server makes copies itself")
    func copyOfAChild() async throws {
        let child = ChildProcess(context: ProcessContext(.forkserver)) {
            let copy = ChildProcess(context: ProcessContext(.fork)) {
                exit(ContendedLockTests.contend() == 2 ? 5 : 6)
            }
            try await copy.start()
            exit(try await copy.join() == .exited(5) ? 7 : 8)
        }
        try await child.start()
        #expect(try await child.join() == .exited(7))
    }

    @Test("and that of a worker")
    func worker() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            #expect(try await pool.apply { ContendedLockTests.contend() } == 2)
        }
    }
}
