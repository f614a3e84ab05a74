import MultiprocessingCore
import Synchronization

/// What one process has of a recursive lock: the word says which process holds it, the rest which of its tasks.
final class RecursiveLockStorage: SharedStorage {
    static let kind: UInt64 = 2
    static let title = "a SharedRecursiveLock"
    static let stateSize = LockWord.size + 8

    let object: SharedObject
    let word: LockWord
    /// Seen by other processes too, so that they can tell it.
    private let sharedDepth: SharedWord
    /// The task of this process that holds it; 0 for none.
    ///
    /// Only the owner itself ever finds its own number here.
    private let owner = Atomic<UInt64>(0)
    private let line: WaitLine<LockOutcome>

    init(_ object: SharedObject) {
        self.object = object
        let word = LockWord(object.memory, at: SharedObject.start)
        self.word = word
        sharedDepth = SharedWord(object.memory, at: SharedObject.start + LockWord.size)
        line = WaitLine(LockStorage.place(of: word))
    }

    var depth: Int { word.holder == nil ? 0 : Int(sharedDepth.value) }

    func isHeld(by owner: LockOwner) -> Bool {
        self.owner.load(ordering: .acquiring) == owner.raw && word.holder == .current
    }

    /// One acquisition more, if this owner has one.
    func enterAgain(_ owner: LockOwner) -> Bool {
        guard isHeld(by: owner) else { return false }
        sharedDepth.add(1)
        return true
    }

    func tryAcquireAtOnce(_ owner: LockOwner) -> Bool {
        guard line.isEmpty, word.acquireIfClean(as: .current) else { return false }
        begin(owner)
        return true
    }

    nonisolated(nonsending) func acquire(_ owner: LockOwner, timeout: Duration?) async throws -> LockOutcome?
    {
        let outcome = try await line.wait(timeout: timeout) { [word] in LockStorage.attempt(word, isTick: $0)
        }
        return began(owner, outcome)
    }

    func acquireBlocking(_ owner: LockOwner, timeout: Duration?) -> LockOutcome? {
        began(owner, line.waitBlocking(timeout: timeout) { LockStorage.attempt(word, isTick: $0) })
    }

    private func began(_ owner: LockOwner, _ outcome: LockOutcome?) -> LockOutcome? {
        if let outcome, outcome != .unrecoverable { begin(owner) }
        return outcome
    }

    private func begin(_ owner: LockOwner) {
        // Whatever depth a holder that ended had, the new one begins with one.
        sharedDepth.value = 1
        self.owner.store(owner.raw, ordering: .releasing)
    }

    /// Gives one acquisition back; false when this owner has none.
    @discardableResult
    func release(_ owner: LockOwner, keepingDamage: Bool = false) -> Bool {
        guard isHeld(by: owner) else { return false }
        let depth = sharedDepth.value &- 1
        sharedDepth.value = depth
        guard depth == 0 else { return true }
        self.owner.store(0, ordering: .releasing)
        _ = word.release(keepingDamage: keepingDamage)
        line.changed()
        return true
    }

    func forgetWaiters() {
        line.forget()
        owner.store(0, ordering: .relaxed)
    }
}
