import TestSupport
import Testing

@testable import Multiprocessing

/// Long walks in which workers come and go for all reasons that there are.
@Suite(.computes) struct PoolLifeWalkTests {
    struct Shape: Sendable, CustomStringConvertible {
        var seats: Int
        var minimum: Int?
        var taskLimit: Int?
        var description: String { "\(seats) seats, at least \(minimum ?? seats), \(taskLimit ?? 0) tasks" }
    }

    static let shapes = [1, 2, 5].flatMap { seats in
        [nil, 0, 1].flatMap { minimum in
            [nil, 1, 2, 7].map { Shape(seats: seats, minimum: minimum, taskLimit: $0) }
        }
    }

    @Test("POO-24 PLT-12: a walk through deaths, limits, resizes, rolls and idleness", arguments: shapes)
    func nothingIsLostWhileWorkersComeAndGo(shape: Shape) throws {
        var generator = SplitMix64(
            state: UInt64(shape.seats * 100 + (shape.minimum ?? 9) * 10 + (shape.taskLimit ?? 0)))
        var pool = try PoolSimulation(
            seats: shape.seats, slots: 32, minimum: shape.minimum, taskLimit: shape.taskLimit)
        for step in 0..<3000 {
            let seat = Int.random(in: 0..<max(1, pool.workers.count), using: &generator)
            let isFlood = step / 300 % 2 == 0
            switch generator.next() % 200 {
            case 0..<(isFlood ? 90 : 15):
                try pool.submit(bytes: 10, key: generator.next() % 3 == 0 ? Int(generator.next() % 6) : nil)
            case 100..<104:
                if let id = pool.open.pick(using: &generator) { try pool.withdraw(id) }
            case 104..<106: try pool.end(seat)
            case 106..<116: try pool.ready(seat)
            case 116..<119: try pool.idleTimePassed()
            case 119: try pool.roll()
            case 120:
                let count = Int.random(in: 1...8, using: &generator)
                try pool.resize(to: count, minimum: min(count, shape.minimum ?? count))
            default: try pool.step(seat)
            }
        }
        #expect(pool.completed > 100)
        #expect(pool.started > 5)
        #expect(pool.left > 0)
        try pool.close()
        for _ in 0..<100_000 where !pool.isFinished {
            let seat = Int.random(in: 0..<max(1, pool.workers.count), using: &generator)
            if generator.next() % 50 == 0 { try pool.end(seat) } else { try pool.step(seat) }
        }
        #expect(pool.isFinished)
        #expect(pool.open.isEmpty)
    }
}
