/// An algorithm of several actors as small steps: each is one access to shared memory, and any actor may be next.
protocol SteppedAlgorithm {
    associatedtype State: Hashable

    var start: State { get }
    /// What the state may become by one step of one actor, its death, or the passing of time.
    func successors(of state: State) -> [State]
    /// What is wrong with a state; nil for nothing.
    func violation(in state: State) -> String?
    /// Whether everyone who lives has done what it wanted.
    func isFinal(_ state: State) -> Bool
}

/// All that can happen in an algorithm.
struct Exploration<State: Hashable> {
    private(set) var violations: [String] = []
    private(set) var stateCount = 0
    /// States from which no order of steps leads to an end: somebody waits for ever.
    private(set) var stuck: [State] = []

    init<Algorithm: SteppedAlgorithm>(_ algorithm: Algorithm) where Algorithm.State == State {
        var numbers: [State: Int] = [algorithm.start: 0]
        var states = [algorithm.start]
        var predecessors: [[Int32]] = [[]]
        var next = 0
        while next < states.count {
            let state = states[next]
            if let violation = algorithm.violation(in: state), violations.count < 5 {
                violations.append("\(violation): \(state)")
            }
            for successor in algorithm.successors(of: state) {
                let number = numbers[successor] ?? states.count
                if number == states.count {
                    numbers[successor] = number
                    states.append(successor)
                    predecessors.append([])
                }
                predecessors[number].append(Int32(next))
            }
            next += 1
        }
        stateCount = states.count
        // Backwards from the ends: what is not reached has none.
        var reaches = [Bool](repeating: false, count: states.count)
        var open = states.indices.filter { algorithm.isFinal(states[$0]) }
        for number in open { reaches[number] = true }
        while let number = open.popLast() {
            for predecessor in predecessors[number] where !reaches[Int(predecessor)] {
                reaches[Int(predecessor)] = true
                open.append(Int(predecessor))
            }
        }
        stuck = Array(states.indices.lazy.filter { !reaches[$0] }.prefix(3).map { states[$0] })
    }
}

/// Where the sleepers of a model sleep: ``EventCount``, with numbers that begin again after 8.
struct EventCountModel: Hashable {
    var number: UInt8 = 0
    /// 0, or 1 more than the number that the last sleeper saw.
    var mark: UInt8 = 0

    mutating func advance() { number = (number + 1) % 8 }

    /// Announces a sleeper that has seen a number, unless one is announced that has seen a later one.
    ///
    /// One step, because the real one is a compare-and-swap of what it has looked at.
    mutating func raiseMark(_ seen: UInt8) {
        let ahead = (mark &- (seen + 1)) & 7
        if mark == 0 || ahead >= 4 { mark = seen + 1 }
    }
}

/// Who is in a guard: ``SharedGuard``, whose own lock is explored by itself, in ``LockModel``.
struct GuardModel: Hashable {
    /// The actor inside, plus 1.
    var holder: UInt8 = 0

    /// Whether an actor can enter, and whether it has to repair first because the one inside is dead.
    func entry(isAlive: (Int) -> Bool) -> (canEnter: Bool, mustRepair: Bool) {
        guard holder > 0 else { return (true, false) }
        let isDead = !isAlive(Int(holder) - 1)
        return (isDead, isDead)
    }
}
