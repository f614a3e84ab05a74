import MultiprocessingCore

/// Where the processes that wait for one thing sleep.
struct WaitPlace: Sendable {
    /// Whether an attempt may well succeed; a mere look at memory.
    let isPromising: @Sendable () -> Bool
    /// Says that somebody is about to sleep, and gives the word to sleep on and its value; nil to try at once.
    ///
    /// A thread that sleeps by itself says so: it is woken by nothing but the word.
    let announce: @Sendable (_ isThread: Bool) -> (word: SharedWord, value: UInt32)?

    /// Sleepers on changes that an event count tells.
    static func changes(of count: EventCount, isPromising: @escaping @Sendable () -> Bool) -> WaitPlace {
        WaitPlace(isPromising: isPromising) { _ in (count.signal, count.announceSleeper()) }
    }
}
