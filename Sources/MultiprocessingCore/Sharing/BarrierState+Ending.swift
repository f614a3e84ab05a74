extension BarrierState {
    /// The action of a generation has run: lets all of it go.
    ///
    /// - Returns: false when the barrier was broken or reset meanwhile.
    package func open(_ generation: UInt32) -> Bool {
        end(passing: true) { self.generation == generation && phase == .acting }
    }

    /// Nobody passes any more until a reset; those who wait get an error.
    package func abort() {
        `guard`.withLock(repair: repair) { set(generation, .broken) }
        changes.wake(.max)
    }

    /// Breaks one generation only, if it has not ended: a party leaves.
    ///
    /// - Returns: how the generation ended.
    package func breakOff(_ generation: UInt32) -> Outcome {
        let outcome = `guard`.withLock(repair: repair) { () -> Outcome in
            if let outcome = knownOutcome(of: generation) { return outcome }
            set(generation, .broken)
            return .broken
        }
        changes.wake(.max)
        return outcome
    }

    /// Begins a new generation; those who wait in the old one get an error.
    ///
    /// Processes that have ended are no parties of the new one.
    package func reset() {
        let ended = table.members.filter { $0.process.life == .ended }
        _ = end(passing: false) {
            let mayEnd = phase == .broken || phase == .acting || arrived > 0
            for member in table.members where ended.contains(where: { $0.process == member.process }) {
                table.leave(member.seat)
            }
            return mayEnd
        }
    }

    private func end(passing: Bool, if mayEnd: () -> Bool) -> Bool {
        let hasEnded = `guard`.withLock(repair: repair) { () -> Bool in
            guard mayEnd() else { return false }
            let bit = Self.bit(generation)
            resets.value = passing ? resets.value & ~bit : resets.value | bit
            set(generation, .ending)
            finishEnding()
            return true
        }
        if hasEnded { changes.wake(.max) }
        return hasEnded
    }

    /// This process takes no part any more.
    package func leave(as me: ProcessStamp) {
        `guard`.withLock(repair: repair) {
            guard let member = table.members.first(where: { $0.process == me }), member.first == 0 else {
                return
            }
            table.leave(member.seat)
        }
    }

    /// Breaks the barrier if a party was killed.
    package func settle() {
        let ended = table.members.filter { $0.process.life == .ended }
        guard !ended.isEmpty else { return }
        `guard`.withLock(repair: repair) {
            let gone = table.members.filter { member in ended.contains { $0.process == member.process } }
            guard !gone.isEmpty else { return }
            set(generation, .broken)
            for member in gone { table.leave(member.seat) }
        }
        changes.wake(.max)
    }
}
