import Glibc
import Multiprocessing
import TestSupport
import Testing

/// What a process has: it must not grow with the number of children that it had.
private struct Possessions: Codable, CustomStringConvertible {
    var descriptors = Survey.openDescriptors().count
    var threads = Survey.threadCount()
    var children = Survey.children().count
    var residentKiB = Int(statusLine("VmRSS").trimmingPrefix { $0 == " " }.prefix { $0.isNumber }) ?? 0

    var description: String {
        "\(descriptors) descriptors, \(threads) threads, \(children) children, \(residentKiB) KiB"
    }
}

/// `MULTIPROCESSING_CHILDREN` makes them longer: the number of children in a row.
@Suite(.timeLimit(.minutes(10)), .startsProcesses, .serialized) struct ChurnTests {
    @Test("FDH-07 STM-10: a thousand children in a row leave nothing", arguments: everyContext)
    func inARow(context: ProcessContext) async throws {
        let program = ChildProcess("\(context)", options: .captured) { method in
            let context = ProcessContext(try StartMethod(named: method))
            let count = Campaign.count("CHILDREN") ?? 1000
            func run(_ number: Int) async throws {
                let child = ChildProcess(Int32(number % 256), context: context) { exit($0) }
                try await child.start()
                guard try await child.join() == .exited(Int32(number % 256)) else { exit(3) }
            }
            for number in 0..<200 { try await run(number) }
            let before = Possessions()
            let begin = ContinuousClock.now
            for number in 0..<count { try await run(number) }
            let time = ContinuousClock.now - begin
            while Survey.openDescriptors().count > before.descriptors { await Task.yield() }
            report(before, Possessions(), "\(count) in a row by \(method) in \(time)")
        }
        try await check(program)
    }

    @Test("two hundred children at once leave nothing", arguments: everyContext)
    func atOnce(context: ProcessContext) async throws {
        let program = ChildProcess("\(context)", options: .captured) { method in
            let context = ProcessContext(try StartMethod(named: method))
            func round(_ count: Int) async throws {
                let gate = FileGate()
                var children: [ChildProcess] = []
                for _ in 0..<count {
                    let child = ChildProcess(gate, context: context) { $0.pass() }
                    try await child.start()
                    children.append(child)
                }
                guard ChildProcess.active.count == count, children.allSatisfy(\.isAlive) else { exit(3) }
                gate.open()
                for child in children {
                    guard try await child.join() == .exited(0) else { exit(4) }
                }
                gate.remove()
                guard ChildProcess.active.isEmpty else { exit(5) }
            }
            try await round(200)
            let before = Possessions()
            let begin = ContinuousClock.now
            try await round(200)
            let time = ContinuousClock.now - begin
            while Survey.openDescriptors().count > before.descriptors { await Task.yield() }
            report(before, Possessions(), "200 at once by \(method) in \(time)")
        }
        try await check(program)
    }

    @Test("FCH-03: pools that come and go leave nothing", arguments: everyContext)
    func pools(context: ProcessContext) async throws {
        let program = ChildProcess("\(context)", options: .captured) { method in
            let context = ProcessContext(try StartMethod(named: method))
            let count = Campaign.count("CHILDREN") ?? 40
            func run() async throws {
                let sum = try await withProcessPool(workers: 4, context: context) { pool in
                    try await pool.map(0..<8, chunkSize: 1) { $0 }.reduce(0, +)
                }
                guard sum == 28 else { exit(3) }
            }
            for _ in 0..<10 { try await run() }
            let before = Possessions()
            let begin = ContinuousClock.now
            for _ in 0..<count { try await run() }
            let time = ContinuousClock.now - begin
            while Survey.openDescriptors().count > before.descriptors { await Task.yield() }
            report(before, Possessions(), "\(count) pools by \(method) in \(time)")
        }
        try await check(program)
    }

    private func check(_ program: ChildProcess) async throws {
        let report = try await program.report()
        #expect(report.status == .exited(0))
        #expect(report.errors == [])
        let lines = report.output
        try #require(lines.count == 2)
        #expect(lines[0] == "nothing is left")
        print(lines[1])
    }
}

private func report(_ before: Possessions, _ after: Possessions, _ what: String) {
    // Threads come and go with Dispatch; memory is what the allocator keeps: neither may grow with the children.
    let isLeft =
        after.descriptors > before.descriptors || after.children > before.children
        || after.threads > before.threads + 4 || after.residentKiB > before.residentKiB + 2048
    say(isLeft ? "left: \(before) before, \(after) after" : "nothing is left")
    say("\(what): \(after)")
}
