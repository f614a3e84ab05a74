// When a consumer that sleeps is woken.
extension StreamMachine {
    /// Bytes of results that are worth it in any case.
    private static var armful: Int { 16 << 10 }

    /// Whether the consumer should be woken, as far as results are concerned.
    ///
    /// That costs more than a result. So one that cannot do anything with a part is woken when there may be room for more
    /// input, when there is much to take in, or more than is still to come, so that little is left to be done in the end;
    /// and from an error on, each time, because that may be the end.
    var isWorthWaking: Bool {
        guard hasNext else { return false }
        guard isPatient, !isUrgent, !isHungry, !outstanding.isEmpty else { return true }
        return bytesAtHand >= Self.armful || early.count + arrived.count > outstanding.count
    }
}
