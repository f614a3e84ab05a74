/// How the operating system makes a child process.
public struct StartMethod: Hashable, Sendable, CustomStringConvertible {
    enum Kind: String {
        case spawn
        case forkserver
    }

    let kind: Kind

    /// A fresh image of this program, started from the file that this process runs.
    ///
    /// Nothing is shared with any earlier child; the slowest start.
    public static let spawn = StartMethod(kind: .spawn)

    /// A copy of a server process, which is a fresh image of this program that never does anything but copy
    /// itself; the default, and the fastest start that is safe in a program with threads.
    public static let forkserver = StartMethod(kind: .forkserver)

    /// The methods that this platform has.
    public static let supported: [StartMethod] = [.spawn, .forkserver]

    /// The method's name in Python.
    public var description: String { kind.rawValue }
}
