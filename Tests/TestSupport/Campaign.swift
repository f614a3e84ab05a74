import Glibc

/// How much work the tests do that get better by repeating; what runs with every change is little.
public enum Campaign {
    /// How many frames of any bytes each entrance gets.
    public static let frames = count("FRAMES") ?? 50_000

    /// The number that the variable `MULTIPROCESSING_` and the name has; nil without one.
    public static func count(_ name: String) -> Int? {
        getenv("MULTIPROCESSING_\(name)").flatMap { Int(String(cString: $0)) }
    }
}
