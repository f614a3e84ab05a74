import TestSupport
import Testing

@testable import Multiprocessing

/// Long walks through the machine's states: whatever happens in whatever order, nothing is lost or done twice.
@Suite(.computes) struct PoolMachineWalkTests {
    /// With one rank, and with several that come and go.
    @Test(arguments: [1, 2, 3, 5, 8], [4, 32, 33])
    func nothingIsLostOrDoneTwice(seats: Int, slots: Int) throws {
        var generator = SplitMix64(state: UInt64(seats * 100 + slots))
        let hasRanks = slots == 33
        var pool = try PoolSimulation(seats: seats, slots: slots)
        for step in 0..<20_000 {
            // Floods and droughts, so that both full queues and idle workers occur.
            let isFlood = step / 400 % 2 == 0
            switch generator.next() % 100 {
            case 0..<(isFlood ? 20 : 3):
                let bytes = generator.next() % 20 == 0 ? PoolMachine.byteBudget / 3 : 10
                var rank = LaneQueue.Rank.usual
                if hasRanks, step / 1000 % 2 == 1 {
                    rank.lane = ["a", "b"][Int(generator.next() % 2)]
                    rank.priority = UInt8(generator.next() % 3)
                }
                try pool.submit(bytes: bytes, rank: rank, items: Int(1 + generator.next() % 4))
            case 50..<54:
                if let id = pool.open.pick(using: &generator) { try pool.withdraw(id) }
            case 54..<55:
                let seat = Int.random(in: pool.workers.indices, using: &generator)
                if generator.next() % 2 == 0 { try pool.condemn(seat) }
                if generator.next() % 4 == 0 { try pool.pardon(seat) } else { try pool.end(seat) }
            case 55..<58:
                try pool.look()
            default:
                try pool.step(Int.random(in: pool.workers.indices, using: &generator))
            }
        }
        #expect(seats == 1 || pool.divisions > 10)
        #expect(pool.completed > 1000)
        #expect(pool.dropped > 10)
        try pool.close()
        try finish(&pool, seats: seats, deaths: true, &generator)
    }

    @Test(arguments: 0..<300)
    func terminatingAtAnyMomentEndsThePool(moment: Int) throws {
        var generator = SplitMix64(state: UInt64(moment))
        let seats = 1 + moment % 4
        var pool = try PoolSimulation(seats: seats, slots: 6)
        for _ in 0..<moment {
            if Bool.random(using: &generator) {
                try pool.submit(bytes: 10)
            } else {
                try pool.step(Int.random(in: 0..<seats, using: &generator))
            }
        }
        if moment % 3 == 0 { try pool.close() }
        try pool.terminate()
        try finish(&pool, seats: seats, deaths: false, &generator)
    }

    /// Lets the workers go on until the last of them has left.
    private func finish(
        _ pool: inout PoolSimulation, seats: Int, deaths: Bool, _ generator: inout SplitMix64
    ) throws {
        for _ in 0..<100_000 where !pool.isFinished {
            let seat = Int.random(in: pool.workers.indices, using: &generator)
            let isKilled = pool.machine.phase == .ending && pool.workers[seat]?.isDismissed == false
            if isKilled || deaths && generator.next() % 50 == 0 {
                try pool.end(seat)
            } else {
                try pool.step(seat)
            }
        }
        #expect(pool.isFinished)
        #expect(pool.machine.phase == .finished)
        #expect(pool.open.isEmpty)
    }
}
