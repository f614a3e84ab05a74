import Testing

/// Every order of steps of three processes, with a kill before each.
///
/// Without kills nobody depends on ticks: each wake comes from whoever changed something. After a kill somebody may
/// have to look by itself, because the one who was killed had the wake still to give, or to hand on.
@Suite struct ExplorerTests {
    private func check(
        _ model: some ExplorerModel, crashes: Int, needsTicks: Bool = true, _ title: String
    ) {
        let orderly = Exploration(model, crashes: 0, ticks: false)
        #expect(orderly.stuck == 0 && orderly.violations == [], "\(title), nobody killed")
        let deadly = Exploration(model, crashes: crashes, ticks: true)
        #expect(deadly.stuck == 0 && deadly.violations == [], "\(title), with kills")
        let tickless = Exploration(model, crashes: 1, ticks: false)
        #expect((tickless.stuck > 0) == needsTicks && tickless.violations == [], "\(title), without ticks")
        print(
            "\(title): \(orderly.states), \(deadly.states) and \(tickless.states) states, \(tickless.stuck) need ticks"
        )
    }

    @Test("a lock is held by one, and nobody waits for the dead")
    func lock() {
        check(LockModel(), crashes: 2, "lock")
        check(LockModel(rounds: 2), crashes: 1, "lock, twice")
    }

    @Test("a lock that is found free when the dead are looked for is not forgotten")
    func forgottenTakeOver() {
        #expect(Exploration(LockModel(forgetsTakeOver: true), crashes: 0, ticks: true).stuck > 0)
    }

    @Test("permits are conserved, and nobody waits beside a free one")
    func semaphore() {
        check(SemaphoreModel(), crashes: 2, "semaphore")
    }

    @Test("a late mark in place of a later one would leave a sleeper beside a free permit")
    func lateMark() {
        #expect(Exploration(SemaphoreModel(marksGoBack: true), crashes: 0, ticks: false).stuck > 0)
    }

    @Test("a notification reaches somebody who is alive")
    func condition() {
        check(ConditionModel(), crashes: 2, "condition")
    }

    @Test("a barrier passes all or breaks for all")
    func barrier() {
        check(BarrierModel(), crashes: 2, "barrier")
    }
}
