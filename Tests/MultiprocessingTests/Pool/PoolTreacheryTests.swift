import Glibc
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// A value that does something bad at one place of its way through a pool.
struct Treacherous: Codable, Sendable {
    enum Place: String, Codable, CaseIterable {
        case taskEncoding, taskDecoding, run, resultEncoding, resultDecoding
    }

    enum Deed: String, Codable, CaseIterable {
        case fail, exit, exitAtOnce, crash
    }

    var place: Place
    var deed: Deed
    var hasRun = false

    init(_ place: Place, _ deed: Deed) {
        (self.place, self.deed) = (place, deed)
    }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        place = try container.decode(Place.self)
        deed = try container.decode(Deed.self)
        hasRun = try container.decode(Bool.self)
        try act(hasRun ? .resultDecoding : .taskDecoding)
    }

    func encode(to encoder: any Encoder) throws {
        try act(hasRun ? .resultEncoding : .taskEncoding)
        var container = encoder.unkeyedContainer()
        try container.encode(place)
        try container.encode(deed)
        try container.encode(hasRun)
    }

    func run() throws -> Treacherous {
        try act(.run)
        var result = self
        result.hasRun = true
        return result
    }

    private func act(_ now: Place) throws {
        guard now == place else { return }
        switch deed {
        case .fail: throw DivisionByZero(numerator: 13)
        case .exit: exit(4)
        case .exitAtOnce: _exit(5)
        case .crash: _ = killMyself()
        }
    }

    /// Whatever happens in this process is an error only.
    static let cases = Place.allCases.flatMap { place in
        let isHere = place == .taskEncoding || place == .resultDecoding
        return (isHere ? [.fail] : Deed.allCases).map { Treacherous(place, $0) }
    }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolTreacheryTests {
    private func check(_ error: (any Error)?, of task: Treacherous) {
        switch (task.place, task.deed) {
        case (.run, .fail): #expect(error is DivisionByZero)
        case (.taskEncoding, .fail), (.resultEncoding, .fail):
            #expect((error as? MultiprocessingError)?.code == .unencodable)
        case (.taskDecoding, .fail), (.resultDecoding, .fail):
            #expect((error as? MultiprocessingError)?.code == .undecodable)
        case (_, .exit): #expect((error as? WorkerDiedError)?.status == .exited(4))
        case (_, .exitAtOnce): #expect((error as? WorkerDiedError)?.status == .exited(5))
        case (_, .crash): #expect((error as? WorkerDiedError)?.status == .signaled(SIGKILL))
        }
    }

    @Test(
        "PCR-05 PCR-06 PCR-08 PCR-13: a bad deed at any place is the documented error, and the pool goes on",
        arguments: Treacherous.cases)
    func everyPlace(task: Treacherous) async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let error = await #expect(throws: (any Error).self) {
                try await pool.apply(task) { try $0.run() }
            }
            check(error, of: task)
            #expect(try await pool.apply { 1 } == 1)
        }
    }

    @Test(
        "PCR-14 PCR-15: the same when it is submitted from a completion handler", arguments: Treacherous.cases
    )
    func everyPlaceFromAHandler(task: Treacherous) async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            let (outcomes, feed) = AsyncStream.makeStream(of: (any Error)?.self)
            try pool.applyAsync { 1 }.onCompletion { _ in
                do {
                    _ = try await pool.apply(task) { try $0.run() }
                    feed.yield(nil)
                } catch {
                    feed.yield(error)
                }
            }
            for await error in outcomes {
                check(error, of: task)
                break
            }
            #expect(try await pool.apply { 1 } == 1)
        }
    }
}
