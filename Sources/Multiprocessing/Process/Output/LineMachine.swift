/// What a reader of captured output gets.
enum OutputLine: Equatable {
    case line(String)
    case end
}

/// The decisions of captured output: bytes become lines, readers take them, and reading pauses when they are behind.
///
/// Pure: it knows no pipes, locks or continuations' inside; whoever owns it resumes what it hands out.
struct LineMachine<Waiter> {
    /// So many unread bytes stop the reading, once somebody reads.
    static var limit: Int { 1 << 20 }

    private var lines = FIFO<(text: String, bytes: Int)>()
    private var unreadBytes = 0
    /// The beginning of a line whose end has not come.
    private var rest: [UInt8] = []
    private var isEnded = false
    private var hasReader = false
    private var waiters: [(id: UInt64, waiter: Waiter)] = []
    private var lastID: UInt64 = 0

    /// Whether the pipe is to be left alone for now.
    var isFull: Bool { hasReader && unreadBytes > Self.limit }

    /// A number for a reader that is about to come.
    mutating func makeID() -> UInt64 {
        lastID += 1
        hasReader = true
        return lastID
    }

    /// Takes bytes in; hands out readers that get a line, and theirs.
    mutating func add(_ bytes: [UInt8]) -> [(Waiter, OutputLine)] {
        var start = bytes.startIndex
        while let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            append(rest + bytes[start..<newline])
            rest = []
            start = newline + 1
        }
        rest += bytes[start...]
        return serve()
    }

    /// Nothing more will come: what is left is the last line.
    mutating func end() -> [(Waiter, OutputLine)] {
        if !rest.isEmpty { append(rest) }
        rest = []
        isEnded = true
        return serve()
    }

    /// The next line, if it is there; otherwise the reader waits.
    mutating func take(_ waiter: Waiter, id: UInt64) -> OutputLine? {
        if let line = pop() { return line }
        waiters.append((id, waiter))
        return nil
    }

    /// Takes a reader out that gave up; nil when it was served.
    mutating func remove(id: UInt64) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index).waiter
    }

    private mutating func append(_ bytes: [UInt8]) {
        lines.append((String(decoding: bytes, as: UTF8.self), bytes.count + 1))
        unreadBytes += bytes.count + 1
    }

    private mutating func pop() -> OutputLine? {
        if let line = lines.popFirst() {
            unreadBytes -= line.bytes
            return .line(line.text)
        }
        return isEnded ? .end : nil
    }

    private mutating func serve() -> [(Waiter, OutputLine)] {
        var served: [(Waiter, OutputLine)] = []
        while !waiters.isEmpty, let line = pop() { served.append((waiters.removeFirst().waiter, line)) }
        return served
    }
}
