import MultiprocessingCore

/// The children of this process that run; those are seen to when the process ends by itself.
enum ChildRegistry {
    private struct Entry {
        let child: ChildProcess
        let number: UInt64
        let outlivesParent: Bool
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var lastNumber: UInt64 = 0
    }

    private static let state = GlobalMutex(State())
    /// How long a daemon may take to end when it was asked to.
    private static let grace = Duration.seconds(5)

    /// From now on the end of the process sees to its children.
    static func prepare() {
        EndOfProcess.register { EndSequence.run() }
    }

    /// The child was started; it may have ended already.
    static func add(_ child: ChildProcess, outlivesParent: Bool) {
        state.withLock { state in
            guard child.isAlive else { return }
            state.lastNumber += 1
            state.entries[ObjectIdentifier(child)] = Entry(
                child: child, number: state.lastNumber, outlivesParent: outlivesParent)
        }
    }

    /// The child is known as ended.
    static func remove(_ child: ChildProcess) {
        // Let go of outside the lock, because the handle may end with it.
        _ = state.withLock { $0.entries.removeValue(forKey: ObjectIdentifier(child)) }
    }

    private static var entries: [Entry] {
        // A forked copy finds the children of the process that it is a copy of here as well.
        state.withLock { $0.entries.values.map(\.self) }
            .filter { $0.child.record.owner == ThisProcess.id }
            .sorted { $0.number < $1.number }
    }

    /// Those that run, in the order of their starts.
    static var all: [ChildProcess] { entries.map(\.child).filter(\.isAlive) }

    /// Terminates the daemons and waits for everyone; blocks the thread that ends the process.
    static func endAll() {
        let entries = entries.filter { !$0.outlivesParent }
        for entry in entries where entry.child.isDaemon { try? entry.child.terminate() }
        for entry in entries {
            if entry.child.isDaemon {
                if entry.child.record.end.waitBlocking(for: grace) { continue }
                try? entry.child.kill()
            }
            _ = entry.child.record.end.waitBlocking()
        }
    }
}
