import Multiprocessing

/// Six times a second of sleep: one after another, and by five workers.
enum P38 {
    static func run() async throws {
        let clock = ContinuousClock()
        let serial = try await clock.measure {
            for number in 0..<6 { _ = try await rest(number) }
        }
        print("one after another: \(serial.components.seconds) s")
        let parallel = try await clock.measure {
            try await withProcessPool(workers: 5) { pool in
                print(try await pool.map(0..<6, chunkSize: 1, rest))
            }
        }
        print("by five workers: \(parallel.components.seconds) s")
    }

    @concurrent @Sendable static func rest(_ number: Int) async throws -> Int {
        try await Task.sleep(for: .seconds(1))
        return number * 10
    }
}
