/// Who removes the name of shared memory, as one word of it.
///
/// Everything that changes is that one word, so any process may be killed between any two instructions: whoever was to
/// remove the name and ended can be told from one that lives, and the next one that looks takes its place.
package struct SegmentOwner: Sendable {
    package enum State: Hashable, Sendable {
        /// The name stays until somebody removes it by hand, or becomes its owner.
        case nobody
        case process(ProcessStamp)
        /// The process is removing the name, or has.
        case removing(ProcessStamp)

        init(_ word: UInt64) {
            let stamp = ProcessStamp(raw: word & ~Self.removingFlag)
            self = word == 0 ? .nobody : word & Self.removingFlag == 0 ? .process(stamp) : .removing(stamp)
        }

        var word: UInt64 {
            switch self {
            case .nobody: 0
            case .process(let stamp): stamp.raw
            case .removing(let stamp): stamp.raw | Self.removingFlag
            }
        }

        private static let removingFlag: UInt64 = 1 << 63

        /// The process it depends on.
        package var process: ProcessStamp? {
            switch self {
            case .nobody: nil
            case .process(let stamp), .removing(let stamp): stamp
            }
        }
    }

    private let word: SharedLongWord

    init(_ mapping: SharedMapping, at offset: Int) {
        word = SharedLongWord(mapping, at: offset)
    }

    package var state: State { State(word.value) }

    /// Makes a process the owner, in place of whoever is.
    ///
    /// - Returns: false when the name is being removed.
    package func take(as me: ProcessStamp) -> Bool {
        replace(with: .process(me)) { if case .removing = $0 { false } else { true } } != nil
    }

    /// From now on nobody is the owner.
    ///
    /// - Returns: false when this process was not.
    package func giveUp(as me: ProcessStamp) -> Bool {
        replace(with: .nobody) { $0 == .process(me) } != nil
    }

    /// Begins the removal if the state allows it; at most one process at a time has begun one.
    ///
    /// - Returns: what was there before, to go back to if the name cannot be removed.
    func beginRemoval(as me: ProcessStamp, if isAllowed: (State) -> Bool) -> State? {
        replace(with: .removing(me), if: isAllowed)
    }

    /// The removal failed.
    func cancelRemoval(as me: ProcessStamp, backTo state: State) {
        _ = replace(with: state) { $0 == .removing(me) }
    }

    private func replace(with new: State, if isAllowed: (State) -> Bool) -> State? {
        while true {
            let found = word.value
            let state = State(found)
            guard isAllowed(state) else { return nil }
            if word.replace(found, with: new.word) { return state }
        }
    }
}
