import Foundation
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// The code of the manual, line by line, and that it does what the manual says.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct ManualExamplesTests {
    @Test(arguments: ["Docs.md", "README.md"])
    func everyLineOfTheManualIsCompiledHere(_ document: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let package = folder.appending(path: "../..")
        var compiled: Set<String> = []
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        for file in files where file.lastPathComponent.hasPrefix("Manual") {
            compiled.formUnion(try lines(of: file))
        }
        compiled.formUnion(try lines(of: package.appending(path: "Examples/quickstart/Quickstart.swift")))
        var isCode = false
        var count = 0
        for line in try lines(of: package.appending(path: document)) {
            if line.hasPrefix("```") {
                isCode = line == "```swift"
            } else if isCode, !line.isEmpty {
                let isCompiled = compiled.contains(line)
                #expect(isCompiled, "\(line)")
                count += 1
            }
        }
        #expect(count > (document == "Docs.md" ? 100 : 10))
    }

    private func lines(of file: URL) throws -> [String] {
        String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    @Test func firstPool() async throws {
        try await withProcessPool(workers: 4) { pool in
            let squares = try await pool.map(1...10) { $0 * $0 }
            print(squares)
            #expect(squares == [1, 4, 9, 16, 25, 36, 49, 64, 81, 100])
        }
    }

    @Test func openEndedPool() async throws {
        let pool = try ProcessPool(workers: 2)
        let job = try pool.applyAsync("a long text") { $0.count }
        print(try await job.value(within: .seconds(10)))
        await pool.shutdown()
        #expect(try await job.value == 11)
    }

    @Test func argumentsAndCaptures() async throws {
        try await withProcessPool(workers: 2) { pool in
            let shout = try await pool.apply("hello", 3) { String(repeating: $0, count: $1) }
            #expect(shout == "hellohellohello")
            let lengths = try await pool.map(["one", "three"], with: 10) { word, extra in word.count + extra }
            #expect(lengths == [13, 15])
            let sums = try await pool.starmap([(1, 2), (3, 4)]) { $0 + $1 }
            #expect(sums == [3, 7])
            let factor = 3
            let tripled = try await pool.map(1...3) { $0 * factor }
            #expect(tripled == [3, 6, 9])
            #expect(try await sorted(["bb", "a"], in: pool) { $0.count } == [1, 2])
        }
    }

    @Test func tasks() async throws {
        try await withProcessPool(workers: 2) { pool in
            let word = try await pool.apply(Repeat(word: "ha", times: 2))
            let words = try await pool.map([Repeat(word: "a", times: 1), Repeat(word: "b", times: 2)])
            #expect(word == "haha")
            #expect(words == ["a", "bb"])
        }
    }

    @Test func streams() async throws {
        try await withProcessPool(workers: 2) { pool in
            let words = ["one", "three"]
            var lengths: Set<Int> = []
            for try await length in pool.imapUnordered(words, { $0.count }) {
                print(length)
                lengths.insert(length)
            }
            #expect(lengths == [3, 5])
        }
    }

    @Test func iteratorsGoOnAfterAnError() async throws {
        try await withProcessPool(workers: 2) { pool in
            var output: [String] = []
            func print(_ value: some CustomStringConvertible) { output.append("\(value)") }
            var results = pool.imap(["1", "x", "3"], { try number($0) }).makeAsyncIterator()
            while true {
                do {
                    guard let number = try await results.next(within: .seconds(5)) else { break }
                    print(number)
                } catch let error as NotANumber {
                    print("left out: \(error.text)")
                }
            }
            #expect(output == ["1", "left out: x", "3"])
        }
    }

    @Test func errorsAsElements() async throws {
        try await withProcessPool(workers: 2) { pool in
            var output: [String] = []
            func print(_ value: some Error) { output.append("\((value as? NotANumber)?.text ?? "?")") }
            for try await result in pool.imap(["1", "x", "3"], { try number($0) }).results {
                if case .failure(let error) = result { print(error) }
            }
            #expect(output == ["x"])
        }
    }

    @Test func workerDeath() async throws {
        try await withProcessPool(workers: 2) { pool in
            let inputs = [1, 2, 3]
            var output = ""
            func print(_ text: String) { output = text }
            do {
                try await pool.map(inputs) { try check($0) }
            } catch let error as WorkerDiedError {
                print("item \(error.item): \(error.status)")
            }
            #expect(output == "item 1: exited with code 3")
            let page = try await pool.apply("text", timeout: .seconds(5)) { $0.uppercased() }
            #expect(page == "TEXT")
        }
    }

    /// What a table of the manual says is refused, is refused.
    @Test func refusals() async throws {
        final class Plain: Sendable {
            let number = 1
        }
        let plain = Plain()
        let any: any Codable & Sendable = 1
        try await withProcessPool(workers: 1) { pool in
            await #expect(throws: ClosureRefusedError.self) { try await pool.apply { plain.number } }
            await #expect(throws: ClosureRefusedError.self) { try await pool.apply { "\(any)" } }
            await #expect(throws: ClosureRefusedError.self) { try await pool.apply { pool.workers } }
        }
    }

    /// In a process of its own, because the logger is the whole process's.
    @Test func logging() async throws {
        let outputs = try await withProcessPool(workers: 1) { pool in
            try await pool.apply {
                final class Journal: Sendable {
                    let lines = Mutex<[String]>([])
                    func add(_ line: String) { lines.withLock { $0.append(line) } }
                }
                let journal = Journal()
                var output: [String] = []
                func print(_ text: String) { output.append(text) }
                let count = 3
                ProcessLogger.setHandler { record in journal.add("\(record)") }
                ProcessLogger.logToStandardError(level: .info)
                ProcessLogger.info("started \(count) jobs")
                let records = ProcessLogger.records()
                let helper = ChildProcess(name: "helper") { ProcessLogger.warning("the disk is nearly full") }
                try await helper.start()
                try await helper.join()
                records.finish()
                for await record in records where record.level >= .warning {
                    print("\(record.process.name), line \(record.line): \(record.message)")
                }
                return output + [journal.lines.withLock { $0.first } ?? "", ChildProcess.current.name]
            }
        }
        try #require(outputs.count == 3)
        #expect(outputs[0].hasPrefix("helper, line ") && outputs[0].hasSuffix(": the disk is nearly full"))
        #expect(outputs[1] == "[INFO/\(outputs[2])] started 3 jobs")
    }

    @Test func poolsAndChildrenOfWorkers() async throws {
        try await withProcessPool(workers: 1) { pool in
            let inner = try await pool.apply {
                try await withProcessPool(workers: 1) { try await $0.map(1...3) { $0 } }
            }
            #expect(inner == [1, 2, 3])
        }
    }
}

func sorted<A: Codable & Sendable, R: Codable & Sendable & Comparable>(
    _ inputs: [A], in pool: ProcessPool, _ body: @escaping @concurrent @Sendable (A) async throws -> R
) async throws -> [R] {
    try await pool.map(inputs, body).sorted()
}

struct Repeat: ProcessTask {
    var word: String
    var times: Int

    func run() async throws -> String { String(repeating: word, count: times) }
}

struct NotANumber: Error, Codable {
    var text: String
}

func number(_ text: String) throws -> Int {
    guard let number = Int(text) else { throw NotANumber(text: text) }
    return number
}

/// Takes its process along when it comes to a 2.
func check(_ number: Int) throws -> Int {
    if number == 2 { exit(3) }
    return number
}
