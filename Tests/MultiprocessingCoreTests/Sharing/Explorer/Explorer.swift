/// An algorithm of several actors as small steps: each is one access to shared memory, and any actor may be next.
protocol SteppedAlgorithm {
    associatedtype Place: Hashable
    associatedtype State: SteppedState<Place>

    var start: State { get }
    var mostDeaths: UInt8 { get }
    /// Where an actor is that has been killed.
    var dead: Place { get }
    /// What the state may become by the next step of an actor; nothing while it waits for others.
    func steps(of actor: Int, in state: State) -> [State]
    /// Whether an actor has nothing more to do.
    func hasEnded(_ place: Place) -> Bool
    /// Whether an actor may be killed now.
    func isMortal(_ actor: Int, in state: State) -> Bool
    /// Notes more of what a death means.
    func noteDeath(of actor: Int, in state: inout State)
    /// What is wrong with a state; nil for nothing.
    func violation(in state: State) -> String?
    /// Whether it is right that nothing more happens.
    func isFinal(_ state: State) -> Bool
}

/// Where the actors are, and what they share.
protocol SteppedState<Place>: Hashable {
    associatedtype Place: Hashable

    var places: [Place] { get set }
    var deaths: UInt8 { get set }
}

extension SteppedAlgorithm {
    func isMortal(_ actor: Int, in state: State) -> Bool { true }
    func noteDeath(of actor: Int, in state: inout State) {}
    func isFinal(_ state: State) -> Bool { state.places.allSatisfy(hasEnded) }

    /// What the state may become by one step of one actor, or its death.
    func successors(of state: State) -> [State] {
        state.places.indices.flatMap { actor -> [State] in
            if hasEnded(state.places[actor]) { return [] }
            var found = steps(of: actor, in: state)
            if state.deaths < mostDeaths, isMortal(actor, in: state) {
                var killed = state
                killed.places[actor] = dead
                killed.deaths += 1
                noteDeath(of: actor, in: &killed)
                found.append(killed)
            }
            return found
        }
    }
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

    /// As it was once: whoever had seen a number long ago overwrote the mark of those who had seen a later one.
    var marksGoBack = false

    mutating func advance() { number = (number + 1) % 8 }

    /// Announces a sleeper that has seen a number, unless one is announced that has seen a later one.
    ///
    /// One step, because the real one is a compare-and-swap of what it has looked at.
    mutating func raiseMark(_ seen: UInt8) {
        let ahead = (mark &- (seen + 1)) & 7
        if marksGoBack || mark == 0 || ahead >= 4 { mark = seen + 1 }
    }
}

/// A state with a ``SharedGuard``, whose own lock is explored by itself, in ``LockModel``.
protocol GuardedState: SteppedState {
    /// The actor inside, plus 1.
    var holder: UInt8 { get set }
    /// The guard was taken over from a dead actor, and what follows is not made up yet.
    var mustRepair: Bool { get set }
}

extension SteppedAlgorithm where State: GuardedState {
    /// Enters the guard, if nobody who lives is inside.
    func enter(_ actor: Int, _ state: State, then place: Place) -> [State] {
        let isTakenOver = state.holder > 0
        if isTakenOver, state.places[Int(state.holder) - 1] != dead { return [] }
        var next = state
        next.holder = UInt8(actor + 1)
        next.mustRepair = isTakenOver
        next.places[actor] = place
        return [next]
    }
}
