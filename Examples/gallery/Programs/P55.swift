import Multiprocessing

/// Four processes pass a barrier together; then one does not come, and the others are told.
enum P55 {
    static func run() async throws {
        let barrier = try SharedBarrier(parties: 4)
        let parties = (0..<4).map { _ in
            ChildProcess(barrier) { barrier in
                let index = try await barrier.wait(action: { say("all are here") })
                say("party \(index) passes")
            }
        }
        for party in parties { try await party.start() }
        for party in parties { try await party.join() }

        print("the fourth one aborts")
        let aborted = (1...3).map { ChildProcess(name: "party \($0)", barrier, nil, wait) }
        for party in aborted { try await party.start() }
        barrier.abort()
        for party in aborted { try await party.join() }

        barrier.reset()
        print("the first one loses its patience")
        let late = (1...3).map { number in
            ChildProcess(name: "party \(number)", barrier, number == 1 ? .milliseconds(200) : nil, wait)
        }
        for party in late { try await party.start() }
        for party in late { try await party.join() }
    }

    static func wait(_ barrier: SharedBarrier, _ limit: Duration?) async {
        do {
            try await barrier.wait(timeout: limit)
        } catch {
            say("\(ChildProcess.current.name): \(error)")
        }
    }
}
