/// What a progress bar looks like: a value, without clocks and terminals.
///
/// It is told how much is done and when, and says what to write, at most ten times a second.
struct ProgressRenderer {
    /// Between two redrawings.
    static let interval = Duration.milliseconds(100)
    private static let barWidth = 24
    /// A line never gets longer, so that it fits into a terminal.
    private static let lineWidth = 78

    private let label: String
    private let total: Int?
    private let isTerminal: Bool
    private(set) var count = 0
    private var drawn: Duration?
    private var isOver = false

    init(label: String, total: Int?, isTerminal: Bool) {
        self.label = label
        self.total = total
        self.isTerminal = isTerminal
    }

    /// One more element has come, so long after the beginning; returns what to write now, if anything.
    mutating func advance(at time: Duration) -> String? {
        count += 1
        guard isTerminal, drawn.map({ time - $0 >= Self.interval }) ?? true else { return nil }
        drawn = time
        return "\r\(padded(line(at: time)))"
    }

    /// There are no more elements; returns the last line, once.
    mutating func finish(at time: Duration, failed: Bool = false) -> String? {
        if isOver { return nil }
        isOver = true
        let text = line(at: time) + (failed ? " failed" : "")
        return isTerminal ? "\r\(padded(text))\n" : "\(text)\n"
    }

    /// The line, without its end.
    func line(at time: Duration) -> String {
        let seconds = time / .seconds(1)
        var parts = label.isEmpty ? [] : [String(label.prefix(24))]
        if let total, total > 0 {
            let done = min(Double(count) / Double(total), 1)
            let filled = Int(done * Double(Self.barWidth))
            parts.append(
                "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: Self.barWidth - filled))]"
            )
            parts.append("\(count)/\(total)")
        } else {
            parts.append("\(count)")
        }
        if seconds > 0, count > 0 {
            let rate = Double(count) / seconds
            parts.append("\(Self.short(rate))/s")
            if let total, count < total { parts.append("\(Self.time(Double(total - count) / rate)) left") }
        }
        if total.map({ count >= $0 }) ?? isOver { parts.append("in \(Self.time(seconds))") }
        return parts.joined(separator: " ")
    }

    /// Covers what a longer line left behind.
    private func padded(_ line: String) -> String {
        let line = line.prefix(Self.lineWidth)
        return line + String(repeating: " ", count: Self.lineWidth - line.count)
    }

    /// Three digits are enough.
    private static func short(_ number: Double) -> String {
        if number >= 100 { return "\(Int(min(number.rounded(), 1e15)))" }
        return "\((number * 10).rounded() / 10)"
    }

    private static func time(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 1e9).rounded(.up))
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        let tail = whole % 60 < 10 ? "0\(whole % 60)" : "\(whole % 60)"
        if hours > 0 { return "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(tail)" }
        return "\(minutes):\(tail)"
    }
}
