import Glibc
import Multiprocessing

/// One call after another keeps one worker busy; several tasks inside of one worker overlap.
enum P57 {
    static func run() async throws {
        try await withProcessPool(workers: 3) { pool in
            let clock = ContinuousClock()
            let blocking = try await clock.measure {
                for number in 0..<4 {
                    let name = try await pool.apply(number) { number in
                        sleep(1)
                        return "task \(number)"
                    }
                    print(name)
                }
            }
            print("one after another: \(blocking.components.seconds) s")
            let overlapping = try await clock.measure {
                let count = try await pool.apply(5) { count in
                    await withTaskGroup(of: Void.self) { group in
                        for _ in 0..<count { group.addTask { try? await Task.sleep(for: .seconds(1)) } }
                    }
                    return count
                }
                print("\(count) naps in one worker")
            }
            print("less than one after another: \(overlapping < .seconds(4))")
        }
    }
}
