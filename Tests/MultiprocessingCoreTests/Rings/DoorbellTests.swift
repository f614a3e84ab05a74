import Glibc
import MultiprocessingCore
import Testing

@Suite struct DoorbellTests {
    private let bell: Doorbell

    init() throws {
        bell = try Doorbell.make()
    }

    private var isEventReadable: Bool {
        var item = pollfd(fd: bell.event.raw, events: Int16(POLLIN), revents: 0)
        return poll(&item, 1, 0) == 1
    }

    private func answers(workers count: Int) -> [Int] {
        var found: [Int] = []
        bell.answer(workers: count) { found.append($0) }
        return found
    }

    @Test func everyOneOfSeventyWorkersIsAnsweredOnce() throws {
        #expect(!bell.isRinging(workers: 70))
        for worker in (0..<70).reversed() {
            bell.ring(worker: worker)
            bell.ring(worker: worker)
        }
        #expect(bell.isRinging(workers: 70))
        #expect(answers(workers: 70) == Array(0..<70))
        #expect(!bell.isRinging(workers: 70))
        #expect(answers(workers: 70) == [])
        bell.ring(worker: 64)
        #expect(answers(workers: 70) == [64])
    }

    @Test func theLastWorkerHasABit() {
        bell.ring(worker: Doorbell.maximumWorkers - 1)
        #expect(bell.isRinging(workers: Doorbell.maximumWorkers))
        #expect(!bell.isRinging(workers: 64))
        #expect(answers(workers: Doorbell.maximumWorkers) == [Doorbell.maximumWorkers - 1])
    }

    /// The bits are in memory that every worker can write to.
    @Test func bitsOfWorkersThatDoNotExistAreNotAnswered() {
        bell.ring(worker: 3)
        bell.ring(worker: 71)
        #expect(answers(workers: 70) == [3])
        #expect(answers(workers: 4) == [])
        #expect(!bell.isRinging(workers: 70))
    }

    @Test func theParentIsOnlyWokenWhileItSleeps() {
        bell.ring(worker: 0)
        #expect(!isEventReadable)
        bell.parentWillSleep()
        #expect(!isEventReadable)
        bell.ring(worker: 0)
        #expect(isEventReadable)
        bell.acknowledge()
        #expect(!isEventReadable)
        // One wake is enough: the next is only due when it sleeps again.
        bell.ring(worker: 1)
        #expect(!isEventReadable)
        bell.parentWillSleep()
        bell.parentIsLooking()
        bell.ring(worker: 2)
        #expect(!isEventReadable)
    }

    @Test func acknowledgingNothingDoesNotBlock() {
        bell.acknowledge()
        #expect(!isEventReadable)
    }

    @Test func aFullEventStillWakes() {
        var most = UInt64.max - 1
        #expect(write(bell.event.raw, &most, 8) == 8)
        bell.parentWillSleep()
        bell.ring(worker: 0)
        #expect(isEventReadable)
    }

    @Test func onlySoManyLookWithoutSleeping() {
        #expect(bell.beginLooking(worker: 4, limit: 2))
        #expect(bell.beginLooking(worker: 0, limit: 2))
        #expect(!bell.beginLooking(worker: 5, limit: 2))
        bell.endLooking(worker: 5)
        #expect(!bell.beginLooking(worker: 5, limit: 2))
        bell.endLooking(worker: 4)
        #expect(bell.beginLooking(worker: 5, limit: 2))
        #expect(!bell.beginLooking(worker: 6, limit: 0))
        // However many are allowed, there are places for eight.
        let more = (10..<30).filter { bell.beginLooking(worker: $0, limit: 1000) }
        #expect(more.count == 6)
    }

    @Test func bothMappingsShowTheSame() throws {
        let other = try Doorbell(bell.file, event: bell.event)
        bell.parentWillSleep()
        other.ring(worker: 9)
        #expect(isEventReadable)
        #expect(answers(workers: 10) == [9])
    }
}
