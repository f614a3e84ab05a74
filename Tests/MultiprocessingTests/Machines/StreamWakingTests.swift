import Testing

@testable import Multiprocessing

@Suite struct StreamWakingTests {
    private struct InputError: Error {}

    /// A machine of a consumer that wants everything, when all input has been submitted, an item a chunk.
    private func patient(isOrdered: Bool, chunks: UInt64) -> StreamMachine {
        var machine = StreamMachine(isOrdered: isOrdered, window: .max / 2, isPatient: true)
        for chunk in 0..<chunks { machine.submitted(chunk, items: 1, bytes: 100) }
        machine.inputEnded(.success(()))
        return machine
    }

    private func receive(_ chunk: Int, _ machine: inout StreamMachine) {
        _ = machine.received(
            Delivery(chunk: UInt64(chunk), firstItem: chunk, count: 1, content: .replies([])))
    }

    private func isOver(_ machine: inout StreamMachine) -> Bool {
        if case .finished(nil) = machine.next() { true } else { false }
    }

    @Test(arguments: [true, false])
    func whoWantsEverythingIsWokenWhenLessIsToComeThanHasCome(isOrdered: Bool) {
        var machine = patient(isOrdered: isOrdered, chunks: 8)
        var calls: [Int] = []
        for chunk in 0..<8 {
            receive(chunk, &machine)
            guard machine.hasNext, machine.isWorthWaking else { continue }
            calls.append(chunk)
            _ = machine.next()
        }
        #expect(calls == [4, 6, 7])
        #expect(machine.isWorthWaking && isOver(&machine))
        // Everybody else is woken for each.
        var usual = StreamMachine(isOrdered: isOrdered, window: 8)
        for chunk in 0..<8 as Range<UInt64> { usual.submitted(chunk, items: 1, bytes: 100) }
        #expect(!usual.isWorthWaking)
        receive(0, &usual)
        #expect(usual.isWorthWaking)
    }

    @Test(arguments: [true, false])
    func whoWantsEverythingIsWokenForMuchAndForErrors(isOrdered: Bool) {
        var machine = patient(isOrdered: isOrdered, chunks: 100)
        receive(0, &machine)
        #expect(!machine.isWorthWaking)
        let long = Delivery(
            chunk: 1, firstItem: 1, count: 1, content: .replies([UInt8](repeating: 0, count: 16 << 10)))
        _ = machine.received(long)
        #expect(machine.isWorthWaking)
        _ = machine.next()
        #expect(machine.bytesAtHand == 0)
        receive(2, &machine)
        #expect(!machine.isWorthWaking)
        _ = machine.received(
            Delivery(chunk: 3, firstItem: 3, count: 1, content: .replies([]), failures: 1))
        #expect(machine.isWorthWaking)
        // The next one may be the error that ends the call.
        _ = machine.next()
        receive(4, &machine)
        #expect(machine.isWorthWaking)
        var other = patient(isOrdered: isOrdered, chunks: 100)
        _ = other.received(Delivery(chunk: 0, firstItem: 0, count: 1, content: .lost(InputError())))
        #expect(other.isWorthWaking)
    }

    @Test(arguments: [true, false])
    func whoWantsEverythingIsWokenForRoom(isOrdered: Bool) {
        var machine = StreamMachine(isOrdered: isOrdered, window: .max / 2, isPatient: true)
        for chunk in 0..<8 as Range<UInt64> { machine.submitted(chunk, items: 1, bytes: 1 << 20) }
        #expect(!machine.hasRoom)
        for chunk in 0..<3 { receive(chunk, &machine) }
        #expect(!machine.isWorthWaking)
        receive(3, &machine)
        #expect(machine.isHungry && machine.isWorthWaking)
    }
}
