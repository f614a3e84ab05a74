import Foundation
import Multiprocessing
import TestSupport
import Testing

/// Writers and readers of one queue, which are killed at random.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct QueueKillTests {
    @Test("FQU-01 FQU-03: killed writers and readers cost at most what they had in hand", arguments: [1, 2])
    func killed(seed: UInt64) async throws {
        let campaign = try QueueCampaign(redelivers: false, seed: seed)
        try await campaign.run()
        let kills = campaign.readerKills
        let found = try await campaign.results()
        #expect(found.doubled == 0 && found.torn == 0, "seed \(seed): \(found)")
        #expect(found.missing <= kills, "seed \(seed): \(found), \(kills) readers killed")
        try await campaign.checkCapacity()
    }

    @Test("FQU-02: a queue that delivers again loses nothing", arguments: [3, 4])
    func redelivered(seed: UInt64) async throws {
        let campaign = try QueueCampaign(redelivers: true, seed: seed)
        try await campaign.run()
        let found = try await campaign.results()
        #expect(found.missing == 0 && found.torn == 0, "seed \(seed): \(found)")
        // What was reported, but not acknowledged before the kill, comes twice.
        #expect(found.doubled <= campaign.readerKills, "seed \(seed): \(found)")
        try await campaign.checkCapacity()
    }
}

/// One run: who writes and reads, who is killed when, and what came out.
private final class QueueCampaign {
    struct Outcome {
        var delivered = 0
        var doubled = 0
        var missing = 0
        var torn = 0
    }

    private let queue: SharedQueue<CampaignMessage>
    private let reports: SharedQueue<CampaignReport>
    private let stop: SharedEvent
    private let redelivers: Bool
    private var random: SplitMix64
    private let kills: Int
    private(set) var readerKills = 0
    private var writers: [ChildProcess] = []
    private var readers: [ChildProcess] = []
    private var lastWriter = 0

    init(redelivers: Bool, seed: UInt64) throws {
        queue = try SharedQueue(capacity: 5, redelivers: redelivers)
        reports = try SharedQueue()
        stop = try SharedEvent()
        self.redelivers = redelivers
        random = SplitMix64(state: seed)
        kills = (Campaign.count("KILLS") ?? 240) / 4
    }

    func run() async throws {
        for _ in 0..<2 {
            try await startWriter()
            try await startReader()
        }
        for _ in 0..<kills {
            // Something has happened since the last kill.
            let seen = try await progress(atLeast: random.next() % 6)
            _ = seen
            let index = Int(random.next() % 2)
            if random.next() % 2 == 0 {
                try await kill(&writers, index)
                try await startWriter()
            } else {
                readerKills += 1
                try await kill(&readers, index)
                try await startReader()
            }
        }
        stop.set()
        for writer in writers { #expect(try await writer.join(timeout: .seconds(60)) == .exited(0)) }
        try await queue.finish()
        for reader in readers { #expect(try await reader.join(timeout: .seconds(60)) == .exited(0)) }
        try await reports.finish()
    }

    private var collected: [CampaignReport] = []

    /// Waits until some more reports have come; nobody may be stuck.
    private func progress(atLeast count: UInt64) async throws -> Int {
        for _ in 0..<count {
            guard let report = try await reports.get(timeout: .seconds(30)) else { break }
            collected.append(report)
        }
        return collected.count
    }

    private func kill(_ children: inout [ChildProcess], _ index: Int) async throws {
        let child = children.remove(at: index)
        try child.kill()
        try await child.join()
    }

    private func startWriter() async throws {
        lastWriter += 1
        let child = ChildProcess(queue, stop, lastWriter) { queue, stop, writer in
            var number = 0
            while !stop.isSet {
                try await queue.put(CampaignMessage(writer: writer, number: number))
                number += 1
            }
        }
        try await child.start()
        writers.append(child)
    }

    private func startReader() async throws {
        let child = ChildProcess(queue, reports) { queue, reports in
            for try await message in queue {
                try await reports.put(
                    CampaignReport(writer: message.writer, number: message.number, isWhole: message.isWhole))
            }
        }
        try await child.start()
        readers.append(child)
    }

    func results() async throws -> Outcome {
        for try await report in reports { collected.append(report) }
        var outcome = Outcome(delivered: collected.count)
        outcome.torn = collected.filter { !$0.isWhole }.count
        for (_, reports) in Dictionary(grouping: collected, by: \.writer) {
            let numbers = Set(reports.map(\.number))
            outcome.doubled += reports.count - numbers.count
            outcome.missing += (numbers.max() ?? -1) + 1 - numbers.count
        }
        return outcome
    }

    /// The queue takes exactly as many as before all this.
    func checkCapacity() async throws {
        // A finished queue takes none: what counts is that nothing is in it, or in anyone's hands.
        #expect(try queue.isEmpty)
        #expect(queue.description.hasSuffix("(0 of 5, finished)"), "\(queue)")
    }
}

private struct CampaignMessage: Codable, Sendable {
    let writer: Int
    let number: Int
    let bytes: [UInt8]

    /// All sizes: inside one block, at the limit between short and long ones, and long.
    private static let sizes = [0, 10, 300, 8100, 8200, 50_000, 300_000]

    init(writer: Int, number: Int) {
        self.writer = writer
        self.number = number
        bytes = [UInt8](repeating: UInt8((writer + number) % 256), count: Self.sizes[number % 7])
    }

    var isWhole: Bool {
        bytes.count == Self.sizes[number % 7] && bytes.allSatisfy { $0 == UInt8((writer + number) % 256) }
    }
}

private struct CampaignReport: Codable, Sendable {
    let writer: Int
    let number: Int
    let isWhole: Bool
}
