import Glibc
import MultiprocessingCore
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct PollerTests {
    private let poller = Poller.shared

    @Test func timersComeInTheOrderOfTheirMoments() async {
        let tally = Tally<Int>()
        let start = Deadline.now
        for number in (0..<50).shuffled() {
            poller.schedule(at: start.advanced(by: .milliseconds(20 + number))) { tally.add(number) }
        }
        #expect(await tally.next(50) == Array(0..<50))
    }

    @Test func noTimerComesEarly() async {
        let tally = Tally<Bool>()
        for number in 0..<20 {
            let deadline = Deadline.after(.microseconds(500 * number))
            poller.schedule(at: deadline) { tally.add(deadline.hasPassed) }
        }
        #expect(await tally.next(20).allSatisfy { $0 })
    }

    @Test func anEarlierTimerWakesTheThread() async {
        let far = poller.schedule(at: .after(.seconds(3600))) {}
        let tally = Tally<Void>()
        poller.schedule(at: .after(.milliseconds(5))) { tally.add(()) }
        #expect(await tally.next(1).count == 1)
        poller.cancel(far)
    }

    @Test func aTimerMayScheduleTheNext() async {
        let tally = Tally<Int>()
        @Sendable func tick(_ number: Int) {
            tally.add(number)
            if number < 99 { poller.schedule(at: .now) { tick(number + 1) } }
        }
        poller.schedule(at: .now) { tick(0) }
        #expect(await tally.next(100) == Array(0..<100))
    }

    @Test func tenThousandTimersComeAndThoseCancelledDoNot() async {
        let tally = Tally<Int>()
        let poller = poller
        // On the poller's own thread, so that none of them comes before the others have been cancelled.
        poller.schedule(at: .now) {
            let timers = (0..<10_000).map { number in
                poller.schedule(at: .after(.microseconds(number % 100))) { tally.add(number) }
            }
            for number in stride(from: 1, to: 10_000, by: 2) { poller.cancel(timers[number]) }
        }
        let found = await tally.next(5000)
        let isRight = found.sorted() == Array(stride(from: 0, to: 10_000, by: 2))
        #expect(isRight)
        await drain()
        #expect(tally.elements.count == 5000)
    }

    @Test func cancellingATimerLetsGoOfWhatItHolds() {
        final class Held: Sendable {}
        var held: Held? = Held()
        weak let witness = held
        let timer = poller.schedule(at: .after(.seconds(3600))) { [held] in withExtendedLifetime(held) {} }
        held = nil
        #expect(witness != nil)
        poller.cancel(timer)
        #expect(witness == nil)
    }

    @Test func bytesAreTold() async throws {
        let (ours, theirs) = try SocketPair.make()
        let tally = Tally<UInt8>()
        let watch = try poller.watch(ours.raw) {
            var byte: UInt8 = 0
            if recv(ours.raw, &byte, 1, Int32(MSG_DONTWAIT)) == 1 { tally.add(byte) }
        }
        for byte in 0..<10 as Range<UInt8> {
            var byte = byte
            #expect(write(theirs.raw, &byte, 1) == 1)
        }
        #expect(await tally.next(10) == Array(0..<10))
        poller.unwatch(watch)
        var last: UInt8 = 99
        #expect(write(theirs.raw, &last, 1) == 1)
        await drain()
        #expect(tally.elements.count == 10)
    }

    @Test func theOtherEndsEndIsTold() async throws {
        let (ours, theirs) = try SocketPair.make()
        let tally = Tally<Void>()
        let watch = try poller.watch(ours.raw) { tally.add(()) }
        shutdown(theirs.raw, Int32(SHUT_WR))
        #expect(await tally.next(1).count == 1)
        poller.unwatch(watch)
    }

    @Test func aHandlerMayEndItsOwnWatch() async throws {
        let (ours, theirs) = try SocketPair.make()
        var byte: UInt8 = 1
        #expect(write(theirs.raw, &byte, 1) == 1)
        let tally = Tally<Void>()
        let own = Mutex<Poller.Watch?>(nil)
        // The byte is never read, so the watch would tell of it for ever.
        try own.withLock { watch throws in
            watch = try poller.watch(ours.raw) { [poller] in
                tally.add(())
                own.withLock { watch in
                    if let watch { poller.unwatch(watch) }
                }
            }
        }
        #expect(await tally.next(1).count == 1)
        await drain()
        #expect(tally.elements.count == 1)
    }

    @Test func aDescriptorThatIsNoneIsAnError() {
        let error = #expect(throws: SystemError.self) { try poller.watch(1_000_000) {} }
        #expect(error?.code == EBADF)
    }

    /// Waits until the thread has gone round once more.
    private func drain() async {
        for _ in 0..<2 {
            let tally = Tally<Void>()
            poller.schedule(at: .now) { tally.add(()) }
            _ = await tally.next(1)
        }
    }
}
