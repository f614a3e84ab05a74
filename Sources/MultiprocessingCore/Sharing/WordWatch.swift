import CMultiprocessing
import Glibc
import Synchronization

/// The thread that waits for words of shared memory, so that tasks need not.
///
/// It sleeps on all of them at once. Each watch ends with its first call, which comes when the word has changed, was
/// woken, or after a moment: whoever watches looks again then, also for processes that have ended meanwhile. So
/// nobody waits for the dead, and a wake that went to a process which was killed then is made up for.
package final class WordWatch: Sendable {
    /// How often watchers are called although nothing has changed.
    package static let tick = Duration.milliseconds(50)

    private struct Entry {
        let word: SharedWord
        let expected: UInt32
        let handler: @Sendable (_ isTick: Bool) -> Void
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var lastID: UInt64 = 0
        var nextTick: Deadline?
    }

    /// All threads: each takes as many words as the kernel lets one call wait for.
    private static let threads = GlobalMutex<[WordWatch]>([])
    private static let capacity = Int(MP_MAXIMUM_FUTEX_WORDS) - 1

    private let state = Mutex(State())
    /// Changes when there is a new word to watch.
    private let alarm: SharedWord

    private init() throws(SystemError) {
        let file = try SharedMapping.makeFile(named: "mp-words", count: 4096)
        alarm = SharedWord(try SharedMapping(file, offset: 0, count: 4096), at: 0)
        try OSThread.start(named: "mp-words", stackBytes: 1 << 19) { [self] in run() }
    }

    /// In a forked copy, which lacks the threads: the next one to ask gets one of the copy's own.
    static func forget() {
        // Kept, with all that the handlers hold: that belongs to the process which was copied.
        threads.withLock { threads in
            for thread in threads { _ = unsafe Unmanaged.passRetained(thread) }
            threads = []
        }
    }

    /// Calls the handler once: when the word is woken or has another value, or at the next tick.
    ///
    /// - Throws: when there is no room for another thread or its memory.
    package static func watch(
        _ word: SharedWord, while expected: UInt32, _ handler: @escaping @Sendable (_ isTick: Bool) -> Void
    ) throws(SystemError) {
        let entry = Entry(word: word, expected: expected, handler: handler)
        let mustWake = try threads.withLock { threads throws(SystemError) in
            if let thread = threads.first(where: { $0.add(entry) }) { return thread }
            let fresh = try WordWatch()
            _ = fresh.add(entry)
            threads.append(fresh)
            return fresh
        }
        mustWake.alarm.add(1)
        mustWake.alarm.wake()
    }

    private func add(_ entry: Entry) -> Bool {
        state.withLock { state in
            guard state.entries.count < Self.capacity else { return false }
            state.lastID += 1
            state.entries[state.lastID] = entry
            if state.nextTick == nil { state.nextTick = .after(Self.tick) }
            return true
        }
    }

    private func run() -> Never {
        while true {
            let seen = alarm.value
            let (entries, deadline) = state.withLock { (Array($0.entries), $0.nextTick) }
            sleep(on: entries.map(\.value), alarmWas: seen, until: deadline)
            let isTick = deadline?.hasPassed ?? false
            let due = isTick ? entries : entries.filter { $0.value.word.value != $0.value.expected }
            state.withLock { state in
                for (id, _) in due { state.entries[id] = nil }
                if isTick { state.nextTick = state.entries.isEmpty ? nil : .after(Self.tick) }
            }
            for (_, entry) in due { entry.handler(isTick) }
        }
    }

    private func sleep(on entries: [Entry], alarmWas seen: UInt32, until deadline: Deadline?) {
        var words = unsafe [mp_futex_word(word: alarm.place, expected: seen)]
        for entry in entries {
            unsafe words.append(mp_futex_word(word: entry.word.place, expected: entry.expected))
        }
        let result = unsafe mp_futex_wait_any(&words, Int32(words.count), deadline?.nanoseconds ?? 0)
        withExtendedLifetime(entries) {}
        guard result == ENOSYS || result == EPERM else { return }
        // A kernel without a wait for several: for the new ones of our own, and a look at the others soon.
        alarm.wait(while: seen, until: entries.isEmpty ? nil : .after(.milliseconds(1)))
    }
}
