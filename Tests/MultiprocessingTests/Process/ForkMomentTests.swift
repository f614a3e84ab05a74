import Glibc
import Multiprocessing
import MultiprocessingCore
import TestSupport
import Testing

/// What a thread was just doing under a lock of the runtime's stays half done in a copy for ever, so copies are made when
/// none does anything.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ForkMomentTests {
    @Test("copies look up types while a thread of their parent does so too, with pauses")
    func pauses() async throws {
        let program = ChildProcess(context: ProcessContext(.spawn), options: .captured) {
            try OSThread.start(named: "lookups") {
                var number: UInt32 = 0
                while true {
                    for _ in 0..<10 {
                        number += 1
                        lookUp(Left<Never>.self, number, depth: 20)
                    }
                    usleep(50_000)
                }
            }
            for _ in 0..<(Campaign.count("FORKS") ?? 100) {
                let copy = ChildProcess(context: ProcessContext(.fork)) {
                    for number in 0..<10 { lookUp(Right<Never>.self, UInt32(number), depth: 20) }
                }
                try await copy.start()
                let status = try await copy.join(timeout: .seconds(60))
                if status != .exited(0) {
                    say(status.map { "\($0)" } ?? "a copy waits for ever")
                    return try copy.kill()
                }
            }
            say("done")
        }
        let report = try await program.report()
        #expect(report == Report(status: .exited(0), output: ["done"], errors: []))
    }

    @Test("a thread that computes without a pause does not keep a copy from being made")
    func computing() async throws {
        let program = ChildProcess(context: ProcessContext(.spawn), options: .captured) {
            try OSThread.start(named: "computes") { while true {} }
            let copy = ChildProcess(context: ProcessContext(.fork)) { say("copied") }
            try await copy.start()
            say("\(try await copy.join().code)")
        }
        let report = try await program.report()
        #expect(report == Report(status: .exited(0), output: ["copied", "0"], errors: []))
    }
}

private struct Left<Rest> {}
private struct Right<Rest> {}

/// Lets the runtime make the type that the bits of a number spell out, under the locks of its tables.
@inline(never)
private func lookUp<Rest>(_ type: Rest.Type, _ bits: UInt32, depth: Int) {
    if depth == 0 { return }
    if bits & 1 == 0 {
        lookUp(Left<Rest>.self, bits >> 1, depth: depth - 1)
    } else {
        lookUp(Right<Rest>.self, bits >> 1, depth: depth - 1)
    }
}
