import Testing

@testable import Multiprocessing

@Suite struct AdmissionGateTests {
    @Test func withoutALimitEverythingIsAdmitted() {
        var gate = AdmissionGate<Int>(limit: nil)
        #expect(gate.admits(1000, reserved: 0, open: 1_000_000))
        #expect(gate.reserve(upTo: 7, open: 1_000_000, for: 1) == 7)
        #expect(!gate.hasWaiters)
    }

    @Test func aLimitCountsWhatIsOpenAndWhatIsReserved() {
        var gate = AdmissionGate<Int>(limit: 5)
        #expect(gate.admits(5, reserved: 0, open: 0))
        #expect(!gate.admits(6, reserved: 0, open: 0))
        #expect(gate.reserve(upTo: 2, open: 1, for: 1) == 2)
        #expect(!gate.admits(3, reserved: 0, open: 1))
        #expect(gate.admits(2, reserved: 0, open: 1))
        // Whoever reserved uses up what it has.
        #expect(gate.admits(2, reserved: 2, open: 3))
        gate.release(2)
        #expect(gate.reserved == 0)
        #expect(gate.admits(2, reserved: 0, open: 3))
    }

    @Test func whoeverCameFirstIsServedFirst() {
        var gate = AdmissionGate<Int>(limit: 2)
        #expect(gate.reserve(upTo: 1, open: 2, for: 10) == 0)
        #expect(gate.reserve(upTo: 5, open: 2, for: 20) == 0)
        #expect(gate.grant(open: 2) == [])
        // There is room for one, and it belongs to the first in line.
        #expect(gate.reserve(upTo: 1, open: 1, for: 30) == 0)
        #expect(gate.grant(open: 1) == [10])
        #expect(!gate.admits(1, reserved: 0, open: 1))
        gate.release(1)
        #expect(gate.grant(open: 0) == [20, 30])
        #expect(!gate.hasWaiters)
    }

    @Test func atTheEndEveryoneIsTold() {
        var gate = AdmissionGate<Int>(limit: 1)
        for waiter in 1...3 { _ = gate.reserve(upTo: 1, open: 1, for: waiter) }
        #expect(gate.grantAll() == [1, 2, 3])
        gate.release(3)
        #expect(gate.reserved == 0)
    }
}
