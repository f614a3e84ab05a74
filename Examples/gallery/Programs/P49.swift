import Multiprocessing

/// A semaphore lets three of ten processes in at a time; each of them tells when it enters and when it leaves.
enum P49 {
    static func run() async throws {
        let semaphore = try SharedSemaphore(value: 3)
        let visits = try SharedQueue<Visit>()
        let visitors = (0..<10).map { number in
            ChildProcess(semaphore, visits, number) { semaphore, visits, number in
                try await semaphore.withPermit {
                    try await visits.put(.enters(number))
                    try await Task.sleep(for: .milliseconds(10))
                    try await visits.put(.leaves(number))
                }
            }
        }
        for visitor in visitors { try await visitor.start() }
        for visitor in visitors { try await visitor.join() }
        try await visits.finish()

        var inside: Set<Int> = []
        for try await visit in visits {
            switch visit {
            case .enters(let number): inside.insert(number)
            case .leaves(let number): inside.remove(number)
            }
            print("inside: \(inside.sorted())")
        }
    }

    /// What a visitor tells.
    enum Visit: Codable {
        case enters(Int)
        case leaves(Int)
    }
}
