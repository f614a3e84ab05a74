import TestSupport
import Testing

@testable import MultiprocessingCore

struct SharedGuardTests {
    @Test("a guard that becomes free in the moment in which a waiter asks after its holder is not lost")
    func freedInTheMoment() async throws {
        let object = try SharedObject(kind: 99, name: "mp-test", count: SharedGuard.size)
        let memory = object.memory
        let entries = Tally<Void>()
        // Each holds it for about as long as the other waits before it asks.
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    let shared = SharedGuard(memory, at: SharedObject.start)
                    for _ in 0..<150 {
                        shared.withLock(repair: {}) {
                            let end = Deadline.after(.microseconds(1900 + Int.random(in: 0..<300)))
                            while !end.hasPassed { Processor.pause() }
                            entries.add(())
                        }
                    }
                }
            }
        }
        #expect(entries.elements.count == 300)
    }
}
