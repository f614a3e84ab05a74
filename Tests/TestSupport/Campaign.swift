import Foundation

/// How much work the tests do that get better by repeating; what runs with every change is little.
public enum Campaign {
    /// How many frames of any bytes each entrance gets; `MULTIPROCESSING_FRAMES` says another number.
    public static let frames =
        ProcessInfo.processInfo.environment["MULTIPROCESSING_FRAMES"].flatMap { Int($0) } ?? 50_000
}
