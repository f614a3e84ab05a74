import CMultiprocessing
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import MultiprocessingCore

/// The last packet before the end of a connection, for which the receiver looks all the time.
@Suite(.timeLimit(.minutes(10))) struct LastPacketTests {
    /// A socket for a thread that sends one packet over it and closes it at once; -1 for none, -2 for the end.
    private final class Job: Sendable {
        let socket = Atomic<Int32>(-1)
    }

    @Test("a packet that comes right before the end is never taken for the end")
    func last() async throws {
        let job = Job()
        try OSThread.start(named: "mp-test") {
            while true {
                let socket = job.socket.exchange(-1, ordering: .acquiringAndReleasing)
                if socket == -2 { return }
                if socket == -1 {
                    sched_yield()
                    continue
                }
                send(socket, [UInt8(1)], 1, Int32(MSG_NOSIGNAL))
                close(socket)
            }
        }
        defer { job.socket.store(-2, ordering: .releasing) }
        for round in 0..<500 {
            if round % 64 == 0 { await Task.yield() }
            var ends: (Int32, Int32) = (-1, -1)
            let made = withUnsafeMutableBytes(of: &ends) { bytes in
                bytes.baseAddress.map { mp_socket_pair(1, $0.assumingMemoryBound(to: Int32.self)) }
            }
            #expect(made == 0)
            defer { close(ends.0) }
            job.socket.store(ends.1, ordering: .releasing)
            var byte = [UInt8](repeating: 0, count: 8)
            var descriptors = [Int32](repeating: -1, count: Int(MP_MAXIMUM_DESCRIPTORS))
            var count = 0
            var lost: Int32 = 0
            var received = -1
            var tries = 0
            repeat {
                tries += 1
                // With one processor, or a busy machine, the other thread needs this one's time.
                if tries % 100 == 0 { sched_yield() }
                received = mp_receive(ends.0, &byte, byte.count, &descriptors, &count, &lost, 0)
            } while received < 0 && errno == EAGAIN
            #expect(received == 1, "round \(round)")
        }
    }
}
