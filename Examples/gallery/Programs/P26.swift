import Glibc
import Multiprocessing

/// Every form of call with the same twenty calculations, and with a function that fails for one input.
enum P26 {
    static func run() async throws {
        try await withProcessPool(workers: 4) { pool in
            try await calculations(pool)
            try await failures(pool, "an error") { try inverse(of: $0) }
            try await failures(pool, "a crash") { 840 / ($0 - 5) }
            try await polling(pool)
        }
    }

    // MARK: Twenty calculations

    struct Calculation: Codable {
        let isProduct: Bool
        let number: Int

        func result() -> Int {
            usleep(UInt32.random(in: 0...2000))
            return isProduct ? number * 7 : number + 8
        }
    }

    static let all = [true, false].flatMap { kind in (0..<10).map { Calculation(isProduct: kind, number: $0) }
    }

    static func calculations(_ pool: ProcessPool) async throws {
        var results: [Int] = []
        let jobs = try all.map { try pool.applyAsync($0) { $0.result() } }
        for job in jobs { results.append(try await job.value) }
        print("applyAsync: \(results)")
        results = []
        for try await result in pool.imap(all, { $0.result() }) { results.append(result) }
        print("imap: \(results)")
        results = []
        for try await result in pool.imapUnordered(all, { $0.result() }) { results.append(result) }
        print("imapUnordered: \(results.sorted())")
        print("map: \(try await pool.map(all) { $0.result() })")
    }

    // MARK: One of ten fails

    struct DivisionByZero: Error, Codable {}

    static func inverse(of number: Int) throws -> Int {
        guard number != 5 else { throw DivisionByZero() }
        return 840 / (number - 5)
    }

    static func failures(
        _ pool: ProcessPool, _ kind: String, _ body: @escaping @concurrent @Sendable (Int) async throws -> Int
    ) async throws {
        let inputs = 0..<10
        await report("\(kind) of apply") { try await pool.apply(5, body) }
        await report("\(kind) of map") { try await pool.map(inputs, body) }
        await report("\(kind) of a stream") {
            var list: [Int] = []
            for try await result in pool.imap(inputs, body) { list.append(result) }
            return list
        }
        var results = pool.imap(inputs, body).makeAsyncIterator()
        var list: [String] = []
        while true {
            do {
                guard let result = try await results.next() else { break }
                list.append("\(result)")
            } catch {
                list.append("error")
            }
        }
        print("one by one: \(list.joined(separator: " "))")
    }

    static func report<R>(_ call: String, _ body: @concurrent () async throws -> R) async {
        do {
            print("\(call): \(try await body())")
        } catch is DivisionByZero {
            print("\(call): DivisionByZero")
        } catch let error as WorkerDiedError {
            print("\(call): a worker died at item \(error.item)")
        } catch {
            print("\(call): \(error)")
        }
    }

    // MARK: Dots until it is ready

    static func polling(_ pool: ProcessPool) async throws {
        let job = try pool.applyAsync { try await Task.sleep(for: .milliseconds(100)) }
        var dots = ""
        while try await !job.wait(for: .milliseconds(20)) { dots += "." }
        print("waiting for a result\(dots) done")
        var results = pool.imap(
            0..<3,
            {
                try await Task.sleep(for: .milliseconds(60))
                return $0
            }
        ).makeAsyncIterator()
        dots = ""
        while true {
            do {
                guard let result = try await results.next(within: .milliseconds(20)) else { break }
                dots += "\(result)"
            } catch let error as MultiprocessingError where error.code == .timeout {
                dots += "."
            }
        }
        print("waiting for a stream \(dots)")
    }
}
