/// ``LockWord`` with sleepers, as ``WaitLine/waitBlocking`` uses it: each actor acquires, is alone, releases, some times.
struct LockModel: SteppedAlgorithm {
    struct Word: Hashable {
        /// The actor that holds it, plus 1.
        var holder: UInt8 = 0
        var contended = false
        var damaged = false
    }

    enum Place: Hashable {
        /// `acquireIfClean`: one compare-and-swap of a word that is all zero.
        case quick
        /// `tryAcquire`: looks at the word.
        case look(contended: Bool)
        /// `tryAcquire`: swaps what it has seen.
        case swap(contended: Bool, seen: Word)
        /// `announceSleeper`: looks at the word.
        case announce
        /// `announceSleeper`: sets the mark on what it has seen.
        case mark(seen: Word)
        /// The attempt after the announcement, before the sleep.
        case lookAgain(expected: Word)
        case swapAgain(expected: Word, seen: Word)
        /// `futex_wait`: goes to sleep if the word is still that.
        case sleep(expected: Word)
        case asleep
        /// `takeOver`: looks at the word.
        case takeOver
        case swapDead(seen: Word)
        /// Acquired, with what was told; repairs if it has to.
        case alone(isTold: Bool)
        case inside
        /// `release`: looks at the word, then swaps what it has seen.
        case release
        case swapRelease(seen: Word)
        /// `futex_wake`.
        case wake
        case done
        case dead
    }

    struct State: SteppedState {
        var word = Word()
        var places: [Place]
        var rounds: [UInt8]
        var deaths: UInt8 = 0
        /// Somebody died inside, and nobody has repaired since.
        var isUnrepaired = false
    }

    let start = State(places: [.quick, .quick, .quick], rounds: [2, 2, 1])
    var mostDeaths: UInt8 = 2
    /// Whether sleepers look again after a moment.
    var hasTicks = true
    /// As it was once: a lock that was found free when the dead were looked for was acquired, and forgotten.
    var forgetsTakeOver = false

    let dead = Place.dead

    func hasEnded(_ place: Place) -> Bool { place == .done || place == .dead }

    func noteDeath(of actor: Int, in state: inout State) {
        if state.word.holder == UInt8(actor + 1) { state.isUnrepaired = true }
    }

    func steps(of actor: Int, in state: State) -> [State] {
        var next = state
        let me = UInt8(actor + 1)
        func go(_ place: Place) -> [State] {
            next.places[actor] = place
            return [next]
        }
        switch state.places[actor] {
        case .quick:
            guard state.word == Word() else { return go(.look(contended: false)) }
            next.word.holder = me
            return go(.alone(isTold: false))
        case .look(let contended):
            if state.word.holder != 0 { return go(.announce) }
            return go(.swap(contended: contended, seen: state.word))
        case .swap(let contended, let seen):
            guard state.word == seen else { return go(.look(contended: contended)) }
            next.word.holder = me
            if contended { next.word.contended = true }
            return go(.alone(isTold: seen.damaged))
        case .announce:
            if state.word.holder == 0 { return go(.look(contended: true)) }
            return state.word.contended ? go(.lookAgain(expected: state.word)) : go(.mark(seen: state.word))
        case .mark(let seen):
            guard state.word == seen else { return go(.announce) }
            next.word.contended = true
            return go(.lookAgain(expected: next.word))
        case .lookAgain(let expected):
            if state.word.holder != 0 { return go(.sleep(expected: expected)) }
            return go(.swapAgain(expected: expected, seen: state.word))
        case .swapAgain(let expected, let seen):
            guard state.word == seen else { return go(.lookAgain(expected: expected)) }
            next.word.holder = me
            next.word.contended = true
            return go(.alone(isTold: seen.damaged))
        case .sleep(let expected):
            return state.word == expected ? go(.asleep) : go(.look(contended: true))
        case .asleep:
            // The tick; a wake is the waker's step.
            return hasTicks ? go(.takeOver) : []
        case .takeOver:
            guard state.word.holder != 0 else {
                if forgetsTakeOver { next.word.holder = me }
                return go(forgetsTakeOver ? .announce : .look(contended: true))
            }
            guard state.places[Int(state.word.holder) - 1] == .dead else { return go(.announce) }
            return go(.swapDead(seen: state.word))
        case .swapDead(let seen):
            guard state.word == seen else { return go(.announce) }
            next.word = Word(holder: me, contended: true, damaged: true)
            return go(.alone(isTold: true))
        case .alone(let isTold):
            // `repaired`: nobody else changes this flag, so one step is as good as two.
            if isTold {
                next.word.damaged = false
                next.isUnrepaired = false
            }
            return go(.inside)
        case .inside:
            return go(.release)
        case .release:
            return go(.swapRelease(seen: state.word))
        case .swapRelease(let seen):
            guard state.word == seen else { return go(.release) }
            next.word = Word()
            return seen.contended ? go(.wake) : finish(actor, next)
        case .wake:
            let sleepers = state.places.indices.filter { state.places[$0] == .asleep }
            guard !sleepers.isEmpty else { return finish(actor, next) }
            return sleepers.flatMap { sleeper in
                var woken = next
                woken.places[sleeper] = .look(contended: true)
                return finish(actor, woken)
            }
        case .done, .dead:
            return []
        }
    }

    private func finish(_ actor: Int, _ state: State) -> [State] {
        var next = state
        next.rounds[actor] -= 1
        next.places[actor] = next.rounds[actor] == 0 ? .done : .quick
        return [next]
    }

    func violation(in state: State) -> String? {
        let inside = state.places.filter {
            $0 == .inside || $0 == .alone(isTold: true) || $0 == .alone(isTold: false)
        }
        if inside.count > 1 { return "two are alone" }
        if state.isUnrepaired, inside.contains(.inside) || inside.contains(.alone(isTold: false)) {
            return "the death of the last holder was not told"
        }
        return nil
    }

}
