/// Why it is tried now to take what is waited for.
enum WaitOccasion: Hashable, Sendable {
    /// Whoever wants it has come just now, and has not slept.
    case arrival
    /// Something may have changed for those who sleep, in this process or another.
    case change
    /// Time has passed, and it is the moment to look for processes that have ended.
    case tick
}
