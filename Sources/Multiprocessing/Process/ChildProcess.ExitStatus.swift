import MultiprocessingCore

extension ChildProcess {
    /// How a child ended.
    public enum ExitStatus: Sendable, Hashable, Codable, CustomStringConvertible {
        /// It ended by itself, with this code; 0 is success.
        case exited(Int32)
        /// A signal ended it: `kill`, a trap, or somebody from outside.
        case signaled(Int32)
        /// It is gone, but nobody was left to be told how: its fork server was killed before it ended.
        case unknown

        init(_ status: MultiprocessingCore.ExitStatus) {
            switch status {
            case .exited(let code): self = .exited(code)
            case .signaled(let signal): self = .signaled(signal)
            case .unknown: self = .unknown
            }
        }

        /// The status as Python's `exitcode`: the code, or the signal's number with a minus sign.
        ///
        /// It is 255 when the status is unknown.
        public var code: Int32 {
            switch self {
            case .exited(let code): code
            case .signaled(let signal): -signal
            case .unknown: 255
            }
        }

        /// The name of the signal that ended the child, such as "SIGKILL"; nil when none did.
        public var signalName: String? {
            if case .signaled(let signal) = self { Signal.name(of: signal) } else { nil }
        }

        /// The status in words, such as "exited with code 3" or "was ended by SIGKILL (9)".
        public var description: String {
            switch self {
            case .exited(0): "exited with code 0 (EXIT_SUCCESS)"
            case .exited(1): "exited with code 1 (EXIT_FAILURE)"
            case .exited(let code): "exited with code \(code)"
            case .signaled(let signal): "was ended by \(Signal.name(of: signal)) (\(signal))"
            case .unknown: "ended with an unknown status"
            }
        }
    }
}
