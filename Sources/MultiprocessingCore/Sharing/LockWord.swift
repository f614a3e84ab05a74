import Synchronization

/// A lock of several processes, as one word of shared memory: who holds it, and what became of earlier holders.
///
/// Everything that changes is that one word, so that a process may be killed between any two instructions: the word
/// then either names it, and whoever waits finds out and takes over, or it does not.
package struct LockWord: Sendable {
    /// How an attempt ended.
    package enum Attempt: Hashable, Sendable {
        case acquired
        /// Acquired, but the process that held it, or one before, ended while it held it, and nobody has repaired
        /// what the lock guards.
        case acquiredAfterDeath(of: Int32)
        /// Somebody holds it.
        case held
        /// It was released by a holder that knew of a death and repaired nothing; nobody acquires it any more.
        case unrecoverable
    }

    private enum Flag {
        /// Somebody may sleep until the word changes.
        static let contended: UInt64 = 1
        /// A holder died, and what the lock guards has not been repaired.
        static let damaged: UInt64 = 2
        /// Nobody repaired it.
        static let unrecoverable: UInt64 = 4
        static let all: UInt64 = 15
    }

    /// Bytes that it takes.
    package static let size = 16
    /// Four flags, and above them the stamp of the holder.
    private static let stampShift: UInt64 = 4

    private let word: SharedLongWord
    /// The half of the word with the flags, which sleepers watch.
    package let signal: SharedWord
    /// The number of the last holder that died.
    private let victim: SharedWord

    package init(_ mapping: SharedMapping, at offset: Int) {
        word = SharedLongWord(mapping, at: offset)
        // All supported machines are little-endian.
        signal = SharedWord(mapping, at: offset)
        victim = SharedWord(mapping, at: offset + 8)
    }

    /// The process that holds it; it may have ended.
    package var holder: ProcessStamp? { Self.holder(in: word.value) }

    package var isUnrecoverable: Bool { word.value & Flag.unrecoverable != 0 }

    /// Acquires it if it is free and nothing is to be told; the usual case, in one instruction.
    @inline(__always)
    package func acquireIfClean(as me: ProcessStamp) -> Bool {
        word.replace(0, with: me.raw << Self.stampShift)
    }

    /// Tries to acquire it, without looking whether a holder lives.
    ///
    /// - Parameters:
    ///   - me: who acquires it.
    ///   - contended: whether this process may have others that sleep, so that the release has to wake.
    /// - Returns: how the attempt ended.
    package func tryAcquire(as me: ProcessStamp, contended: Bool = false) -> Attempt {
        let mark = contended ? Flag.contended : 0
        while true {
            let found = word.value
            if found & Flag.unrecoverable != 0 { return .unrecoverable }
            if found & ~Flag.all != 0 { return .held }
            if word.replace(found, with: found | me.raw << Self.stampShift | mark) {
                return found & Flag.damaged == 0 ? .acquired : .acquiredAfterDeath(of: lastVictim)
            }
        }
    }

    /// Acquires it in place of a holder that has ended; `held` if the holder lives.
    package func takeOver(as me: ProcessStamp) -> Attempt {
        let found = word.value
        guard let holder = Self.holder(in: found) else { return tryAcquire(as: me, contended: true) }
        guard holder.life == .ended else { return .held }
        // Others may sleep, whatever the word says: whoever was woken last may have died before it acted.
        let mine = me.raw << Self.stampShift | Flag.damaged | Flag.contended
        guard word.replace(found, with: mine) else { return .held }
        victim.value = UInt32(bitPattern: holder.pid)
        return .acquiredAfterDeath(of: holder.pid)
    }

    /// Says that the caller is about to sleep until the lock is free.
    ///
    /// - Returns: the value that `signal` has until something changes; nil if the lock is free now.
    package func announceSleeper() -> UInt32? {
        while true {
            let found = word.value
            if found & ~Flag.all == 0 { return nil }
            if found & Flag.contended != 0 || word.replace(found, with: found | Flag.contended) {
                return UInt32(truncatingIfNeeded: found | Flag.contended)
            }
        }
    }

    /// The holder says that what the lock guards is in order again.
    package func repaired() {
        while true {
            let found = word.value
            if found & Flag.damaged == 0 || word.replace(found, with: found & ~Flag.damaged) { return }
        }
    }

    /// Releases it, whoever holds it.
    ///
    /// - Parameter keepingDamage: leaves the repair to the next holder. Without it, a lock that its holder did not
    ///   repair becomes unrecoverable.
    /// - Returns: whether it was held.
    @inline(__always)
    package func release(keepingDamage: Bool = false) -> Bool {
        let found = word.value
        if found & Flag.all == 0, found != 0, word.replace(found, with: 0) { return true }
        return releaseMarked(keepingDamage: keepingDamage)
    }

    private func releaseMarked(keepingDamage: Bool) -> Bool {
        while true {
            let found = word.value
            guard found & ~Flag.all != 0 else { return false }
            let isDamaged = found & Flag.damaged != 0
            let left = !isDamaged ? 0 : keepingDamage ? Flag.damaged : Flag.unrecoverable
            guard word.replace(found, with: left) else { continue }
            if found & Flag.contended != 0 { signal.wake(left == 0 || keepingDamage ? 1 : .max) }
            return true
        }
    }

    private var lastVictim: Int32 { Int32(bitPattern: victim.value) }

    private static func holder(in word: UInt64) -> ProcessStamp? {
        let raw = word >> stampShift
        return raw == 0 ? nil : ProcessStamp(raw: raw)
    }
}
