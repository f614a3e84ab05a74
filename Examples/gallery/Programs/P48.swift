import Multiprocessing

/// Two processes wait for a condition, which a third one brings about.
enum P48 {
    static func run() async throws {
        let condition = try SharedCondition()
        let stage = try SharedValue(raw: 0)
        let followers = (1...2).map { number in
            ChildProcess(name: "follower \(number)", condition, stage) { condition, stage in
                try await condition.withLock {
                    try await condition.wait(until: { stage.value == 1 })
                    say("\(ChildProcess.current.name) runs stage 2")
                }
            }
        }
        let leader = ChildProcess(name: "leader", condition, stage) { condition, stage in
            try await condition.withLock {
                say("\(ChildProcess.current.name) is done with stage 1")
                stage.value = 1
                try condition.notifyAll()
            }
        }
        for child in followers + [leader] { try await child.start() }
        for child in followers + [leader] { try await child.join() }
    }
}
