import MultiprocessingCore

/// How the acquisition of a lock ended, other than by a limit of time.
enum LockOutcome: Hashable, Sendable, Codable {
    case acquired
    case ownerDied(Int32)
    case unrecoverable
}

/// What one process has of a lock: the word that all processes see, and its own tasks that wait.
final class LockStorage: SharedStorage {
    static let kind: UInt64 = 1
    static let title = "a SharedLock"
    static let stateSize = LockWord.size

    let object: SharedObject
    let word: LockWord
    private let line: WaitLine<LockOutcome>

    init(_ object: SharedObject) {
        self.object = object
        let word = LockWord(object.memory, at: SharedObject.start)
        self.word = word
        line = WaitLine(Self.place(of: word))
    }

    /// Where those sleep who wait for a lock word.
    static func place(of word: LockWord) -> WaitPlace {
        WaitPlace(
            isPromising: { word.holder == nil },
            announce: { isThread in
                // A release in this process serves the line itself, so it need not wake anybody for it. One by
                // another process is found out at the next tick.
                if !isThread, word.holder == .current { return (word.signal, word.signal.value) }
                return word.announceSleeper().map { (word.signal, $0) }
            })
    }

    /// Tries to acquire a lock word, also from a process that has ended if this is the moment to look for that.
    static func attempt(_ word: LockWord, _ occasion: WaitOccasion) -> LockOutcome? {
        let me = ProcessStamp.current
        // Whoever has slept may have others behind it, here or elsewhere, that its release has to wake.
        var attempt = word.tryAcquire(as: me, contended: occasion != .arrival)
        if attempt == .held, occasion == .tick { attempt = word.takeOver(as: me) }
        switch attempt {
        case .acquired: return .acquired
        case .acquiredAfterDeath(let pid): return .ownerDied(pid)
        case .held: return nil
        case .unrecoverable: return .unrecoverable
        }
    }

    @inline(__always)
    func tryAcquireAtOnce() -> Bool {
        line.isEmpty && word.acquireIfClean(as: .current)
    }

    nonisolated(nonsending) func acquire(
        timeout: Duration?, isCancellable: Bool = true
    ) async throws -> LockOutcome? {
        let word = word
        return try await line.wait(timeout: timeout, isCancellable: isCancellable) {
            Self.attempt(word, $0)
        }
    }

    func acquireBlocking(timeout: Duration?) -> LockOutcome? {
        line.waitBlocking(timeout: timeout) { Self.attempt(word, $0) }
    }

    @inline(__always)
    @discardableResult
    func release(keepingDamage: Bool = false) -> Bool {
        guard word.release(keepingDamage: keepingDamage) else { return false }
        line.changed()
        return true
    }

    func forgetWaiters() { line.forget() }
}
