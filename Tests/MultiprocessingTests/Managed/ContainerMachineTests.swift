import Testing

@testable import Multiprocessing

/// What managed containers do, without processes.
@Suite struct ContainerMachineTests {
    @Test func aBatchIsMadeWhollyOrNotAtAll() throws {
        var machine = ContainerMachine(ListModel([1, 2, 3]))
        #expect(throws: IndexOutOfRangeError(range: 7..<8, count: 4)) {
            try machine.perform([.append([4]), .set(0, at: 7)])
        }
        #expect(machine.model.content == [1, 2, 3] && machine.version == 0)
        try machine.perform([.append([4]), .set(0, at: 0), .reverse, .replaceSubrange(1..<3, with: [])])
        #expect(machine.model.content == [4, 0] && machine.version == 4)
    }

    @Test func replacing() throws {
        var machine = ContainerMachine(ValueModel(1))
        let look = machine.look
        try machine.perform([.set(2)])
        let isLate = try machine.replace(5, since: look.version)
        let isInTime = try machine.replace(7, since: machine.version)
        #expect(!isLate && isInTime && machine.model.content == 7)
    }

    @Test func changesAreKeptFromTheFirstFollowerOn() throws {
        var machine = ContainerMachine(ValueModel(0))
        try machine.perform([.set(1)])
        let start = machine.follow()
        #expect(machine.wait(after: start, ticket: 1) == nil)
        try machine.perform([.set(2)])
        #expect(machine.woken.map(\.ticket) == [1] && machine.wait(after: start, ticket: 2) == true)
        let page = machine.page(after: start)
        #expect(page.missed == 0 && page.operations == [.set(2)] && page.version == 2)
        // What was before is not known any more.
        #expect(machine.page(after: 0).missed == 1)
    }

    @Test func aSlowReaderIsToldWhatItLost() throws {
        var log = ChangeLog<Int>()
        log.turnOn()
        for number in 0..<3000 { log.record(number) }
        var (version, missed, found): (UInt64, Int, [Int]) = (0, 0, [])
        while version < log.version {
            let page = log.page(after: version)
            missed += page.missed
            found += page.operations
            version = page.version
            #expect(page.operations.count <= ChangeLog<Int>.pageLimit)
        }
        #expect(missed == 3000 - 1024 && found == Array(3000 - 1024..<3000))
    }

    @Test func anArrayKeepsItsLength() throws {
        var model = ListModel([1, 2, 3], isFixed: true)
        #expect(throws: MultiprocessingError.self) { try model.apply(.append([4])) }
        #expect(throws: MultiprocessingError.self) { try model.apply(.replaceAll(with: [1])) }
        try model.apply(.replaceSubrange(0..<2, with: [5, 6]))
        try model.apply(.replaceAll(with: [7, 8, 9]))
        #expect(model.content == [7, 8, 9])
    }

    @Test func rangesThatAreNotThere() {
        var model = ListModel([1, 2, 3])
        for operation: ManagedListOperation<Int> in [
            .set(0, at: -1), .set(0, at: 3), .insert([0], at: 4), .replaceSubrange(2..<4, with: []),
        ] {
            #expect(throws: IndexOutOfRangeError.self) { try model.apply(operation) }
        }
        #expect(model.content == [1, 2, 3])
    }

    @Test func keysStayInOrder() {
        var entries = OrderedEntries<Int, String>()
        for key in 0..<100 { entries[key] = "\(key)" }
        entries[5] = "five"
        for key in 0..<90 where key != 5 { entries[key] = nil }
        entries[200] = "last"
        #expect(entries.keys == [5] + Array(90..<100) + [200] && entries.count == 12)
        #expect(entries[5] == "five" && entries[6] == nil && entries.lastKey == 200)
        entries[200] = nil
        #expect(entries.lastKey == 99 && entries.values.last == "99")
        for key in entries.keys { entries[key] = nil }
        #expect(entries.lastKey == nil && entries.elements.isEmpty)
    }

    @Test func whatIsEqual() {
        #expect(areEqual(1, 1) && !areEqual(1, 2) && !areEqual(1, "1") && areEqual([1], [1]))
    }
}
