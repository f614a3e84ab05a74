import TestSupport
import Testing

@testable import Multiprocessing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct SubscriberQueueMachineTests {
    private typealias Machine = SubscriberQueueMachine<Int, String>

    private func text(_ item: Machine.Item?) -> String {
        switch item {
        case .element(let element): "\(element)"
        case .gap(let count): "gap of \(count)"
        case .over: "over"
        case nil: "wait"
        }
    }

    @Test func waitersAreServedInTheirOrder() {
        var machine = Machine(limit: 2)
        #expect(text(machine.next("a")) == "wait")
        #expect(text(machine.next("b")) == "wait")
        #expect(machine.append(1) == "a")
        #expect(machine.append(2) == "b")
        #expect(machine.append(3) == nil)
        #expect(text(machine.next("c")) == "3")
    }

    @Test func theOldestAreLeftOutAndCounted() {
        var machine = Machine(limit: 2)
        for element in 1...5 { #expect(machine.append(element) == nil) }
        #expect((1...4).map { _ in text(machine.next("a")) } == ["gap of 3", "4", "5", "wait"])
        #expect(machine.append(6) == "a")
    }

    @Test func theEndComesBehindWhatIsThereOrAtOnce() {
        var machine = Machine(limit: 2)
        #expect(machine.append(1) == nil)
        var discarding = machine
        #expect(machine.end(isDiscarding: false).isEmpty)
        #expect(machine.append(2) == nil)
        #expect((1...3).map { _ in text(machine.next("a")) } == ["1", "over", "over"])
        #expect(discarding.end(isDiscarding: true).isEmpty)
        #expect(text(discarding.next("a")) == "over")
        var waited = Machine(limit: 2)
        _ = waited.next("a")
        #expect(waited.end(isDiscarding: false) == ["a"])
        #expect(waited.end(isDiscarding: false) == [])
    }
}
