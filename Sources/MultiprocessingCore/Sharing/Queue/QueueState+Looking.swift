extension QueueState {
    package var capacity: Int? { limit.value == 0 ? nil : Int(limit.value) }
    package var delivery: Delivery { Delivery(rawValue: mode.value) ?? .once }
    /// How many messages wait.
    package var count: Int { Int(queued.value) }
    /// How many messages wait or are in hand.
    package var unsettled: Int { `guard`.withLock(repair: repair) { unsettledAtALook } }
    /// The same, but messages that are on their way from hand to hand may be missing.
    package var unsettledAtALook: Int { Int(queued.value) + Int(filling.value) + Int(taken.value) }
    package var isFinished: Bool { flags.value & Flag.finished != 0 }
    package var isShutDown: Bool { flags.value & Flag.shutDown != 0 }

    /// Whether anybody has a message in hand.
    package var hasTaken: Bool { taken.value > 0 }

    /// Whether an attempt to put might succeed.
    package var mayPut: Bool {
        flags.value != 0 || limit.value == 0 || queued.value &+ filling.value < limit.value
    }

    /// Whether an attempt to take might succeed, or fail for good.
    package var mayTake: Bool { queued.value > 0 || flags.value != 0 }
}
