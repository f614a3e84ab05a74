import TestSupport
import Testing

/// Every order of the steps of three actors, with a death before every step.
@Suite(.computes) struct ExplorerTests {
    private func explore<Algorithm: SteppedAlgorithm>(
        _ algorithm: Algorithm, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let exploration = Exploration(algorithm)
        print("\(name): \(exploration.stateCount) states")
        #expect(exploration.violations == [], sourceLocation: sourceLocation)
        #expect(exploration.stuck == [], sourceLocation: sourceLocation)
        #expect(exploration.stateCount > 100, sourceLocation: sourceLocation)
    }

    @Test("a lock: one at a time, the next owner is told of a death, nobody waits for the dead")
    func lock() {
        explore(LockModel(), "lock")
        // Only deaths need the tick: without them no wake is ever lost.
        explore(LockModel(mostDeaths: 0, hasTicks: false), "lock without deaths and ticks")
    }

    @Test("FLK-05: a semaphore's permits are conserved, whoever is killed", arguments: [Int8(1), 2])
    func semaphore(permits: Int8) {
        var model = SemaphoreModel(permits: permits, rounds: [1, 1, 1])
        explore(model, "semaphore of \(permits)")
        model.mostDeaths = 0
        model.hasTicks = false
        explore(model, "semaphore of \(permits) without deaths and ticks")
    }

    @Test("FLK-05: a condition's notification that a killed waiter had not taken goes to another")
    func condition() {
        explore(ConditionModel(), "condition")
        explore(ConditionModel(mostDeaths: 0, hasTicks: false), "condition without deaths and ticks")
    }

    @Test("FLK-06: a barrier's parties all pass, or all that live are told that it broke")
    func barrier() {
        explore(BarrierModel(), "barrier")
        explore(BarrierModel(mostDeaths: 0, hasTicks: false), "barrier without deaths and ticks")
    }

    @Test(
        "what was wrong once is found: a wake that dies with its receiver, a lock that is forgotten, a mark that goes back"
    )
    func theExplorerItself() {
        #expect(!Exploration(LockModel(mostDeaths: 1, hasTicks: false)).stuck.isEmpty)
        #expect(!Exploration(LockModel(mostDeaths: 0, forgetsTakeOver: true)).stuck.isEmpty)
        let condition = ConditionModel(mostDeaths: 0, hasTicks: false, marksGoBack: true)
        #expect(!Exploration(condition).stuck.isEmpty)
    }
}
