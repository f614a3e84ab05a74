import Foundation
import Multiprocessing

/// Sends closures of all shapes to a worker process and compares what comes back.
///
/// A program of its own, because an optimised build removes what nothing uses: a test run proves nothing about it.
@main struct Probe {
    struct Row: Sendable {
        let name: String
        let run: @Sendable (ProcessPool) async throws -> Bool

        init(_ name: String, _ run: @escaping @Sendable (ProcessPool) async throws -> Bool) {
            self.name = name
            self.run = run
        }

        /// A closure that may be refused, by the build.
        init(perhapsRefused name: String, _ run: @escaping @Sendable (ProcessPool) async throws -> Bool) {
            self.init(name) { pool in
                do { return try await run(pool) } catch is ClosureRefusedError { return true }
            }
        }

        /// A closure that has to be refused, with this word in the reason.
        init(
            refused name: String, _ word: String,
            _ run: @escaping @Sendable (ProcessPool) async throws -> Void
        ) {
            self.init(name) { pool in
                do {
                    try await run(pool)
                    return false
                } catch let error as ClosureRefusedError {
                    return error.description.contains(word) && error.description.contains("pool.apply(")
                }
            }
        }
    }

    static func main() async throws {
        var failures = 0
        let rows =
            plainRows() + referenceRows() + captureRows() + singleRows() + privateRows() + refusedRows()
        for context in [ProcessContext(.forkserver), ProcessContext(.spawn)] {
            try await withProcessPool(workers: 1, context: context) { pool in
                for row in rows {
                    do {
                        guard try await !row.run(pool) else { continue }
                        print("\(context.method) \(row.name): another result")
                    } catch {
                        print("\(context.method) \(row.name): \(error)")
                    }
                    failures += 1
                }
            }
        }
        print("\(rows.count) shapes, \(failures) failures")
        exit(failures == 0 ? 0 : 1)
    }

    static func plainRows() -> [Row] {
        [
            Row("no captures") { try await $0.apply(3) { $0 + 1 } == 4 },
            Row("no arguments") { try await $0.apply { 5 } == 5 },
            Row("asynchronous") {
                try await $0.apply(3) { number in
                    await Task.yield()
                    return number * 2
                } == 6
            },
            Row("throwing") {
                do {
                    return try await $0.apply(3) { (number: Int) -> Int in throw Failure(number: number) }
                        == 0
                } catch let error as Failure {
                    return error.number == 3
                }
            },
            Row("main actor") {
                try await $0.apply(3) { @MainActor number in
                    MainActor.assertIsolated()
                    return number
                } == 3
            },
            Row("nothing returned") {
                try await $0.apply(3) { _ = $0 }
                return true
            },
            Row("two arguments") { try await $0.apply("a", 3) { String(repeating: $0, count: $1) } == "aaa" },
            Row("generic helper") { try await helped($0, 4) { $0 * 3 } == 12 },
            Row("generic helper, reference") { try await helped($0, 4, squared) == 16 },
        ]
    }

    static func referenceRows() -> [Row] {
        let point = Point(x: 1, y: 2)
        let stored = { @Sendable (number: Int) in number - 1 }
        return [
            Row("function") { try await $0.apply(3, squared) == 9 },
            Row("asynchronous function") { try await $0.apply(3, squaredLater) == 9 },
            Row("main-actor function") { try await $0.apply(3, onMain) == 4 },
            Row("static method") { try await $0.apply(3, Point.doubled) == 6 },
            Row("method of a value") { try await $0.apply(3, point.moved) == 6 },
            Row("initialiser") { try await $0.apply("42") { Int($0) } == 42 },
            Row("initialiser reference") { try await $0.apply(42, String.init(describing:)) == "42" },
            Row("operator") { try await $0.apply(3, 4, +) == 7 },
            Row("stored closure") { try await $0.apply(3, stored) == 2 },
            Row("captured closure") { try await $0.apply(3) { stored($0) * 10 } == 20 },
            Row("map over a function") { try await $0.map([1, 2], squared) == [1, 4] },
        ]
    }

    static func captureRows() -> [Row] {
        let number = 7
        let flag = true
        let text = "hello"
        let point = Point(x: 1, y: 2)
        let shape = Shape.square(side: 3, name: "s")
        let maybe: Int? = 5
        let range = 1..<4
        let url = URL(fileURLWithPath: "/tmp/x")
        let date = Date(timeIntervalSince1970: 1000)
        let data = Data([1, 2, 3])
        let duration = Duration.seconds(2)
        let table = ["a": [1, 2]]
        let counter = Counter(4)
        let inner = { @Sendable (value: Int) in value + number }
        return [
            Row("integer") { try await $0.apply { number } == 7 },
            Row("boolean") { try await $0.apply { flag } },
            Row("string") { try await $0.apply { text.count } == 5 },
            Row("struct") { try await $0.apply { point.x + point.y } == 3 },
            // An optimised build keeps nothing of a type that is only ever captured.
            Row(perhapsRefused: "enum with payload") {
                try await $0.apply {
                    if case .square(let side, let name) = shape { side + name.count } else { 0 }
                } == 4
            },
            Row("optional") { try await $0.apply { maybe ?? 0 } == 5 },
            Row("range") { try await $0.apply { range.count } == 3 },
            Row("URL and number") { try await $0.apply { url.path + "\(number)" } == "/tmp/x7" },
            Row("date") { try await $0.apply { date.timeIntervalSince1970 } == 1000 },
            Row("data") { try await $0.apply { data.count } == 3 },
            Row("duration") { try await $0.apply { duration.components.seconds } == 2 },
            Row("several, mixed sizes") {
                try await $0.apply(1) { "\(flag)\(number)\(text)\(maybe ?? 0)\($0)" } == "true7hello51"
            },
            Row("dictionary and number") { try await $0.apply { (table["a"]?[1] ?? 0) + number } == 9 },
            Row("class and number") { try await $0.apply { counter.number + number } == 11 },
            Row("nested closure") { try await $0.apply(1) { inner($0) + number } == 15 },
            Row("asynchronous with captures") {
                try await $0.apply {
                    try await Task.sleep(for: .milliseconds(1))
                    return number + text.count
                } == 12
            },
            Row("child process") { _ in
                let child = ChildProcess { exit(number == 7 && text == "hello" ? 0 : 9) }
                try await child.start()
                return try await child.join() == .exited(0)
            },
        ]
    }

    static func singleRows() -> [Row] {
        let numbers = (0..<50).map { $0 + Int(getpid() & 0) }
        let words = ["a", "b", "c"]
        let none = [Int]()
        let table = Dictionary(uniqueKeysWithValues: numbers.map { ($0, "\($0)") })
        let set = Set(numbers)
        let counter = Counter(4)
        return [
            Row("a lone array") { try await $0.apply { numbers.reduce(0, +) } == 1225 },
            Row("a lone array of strings") { try await $0.apply { words.joined() } == "abc" },
            Row("a lone empty array") { try await $0.apply { none.count } == 0 },
            Row("a lone dictionary") { try await $0.apply { table[3] } == "3" },
            Row("a lone set") { try await $0.apply { set.count } == 50 },
            Row("a lone object") { try await $0.apply { counter.number } == 4 },
        ]
    }

    static func refusedRows() -> [Row] {
        let opaque = Opaque()
        let handle = FileHandle.standardError
        let number = 3
        let tuple = (1, "a")
        let anything: any Codable & Sendable = 3
        return [
            Row(refused: "a class that is not Codable", "Opaque") {
                _ = try await $0.apply { opaque.number }
            },
            Row(refused: "a file handle", "FileHandle") { _ = try await $0.apply { handle.fileDescriptor } },
            Row(refused: "a file handle among others", "FileHandle") {
                _ = try await $0.apply { Int(handle.fileDescriptor) + number }
            },
            Row(refused: "a pool", "ProcessPool") { pool in _ = try await pool.apply { pool.workers } },
            Row(refused: "an existential", "Encodable") { _ = try await $0.apply { "\(anything)".count } },
            // Optimised builds take both apart, and then nothing of them is captured.
            Row(perhapsRefused: "a tuple") { try await $0.apply { tuple.0 + tuple.1.count } == 2 },
            Row(perhapsRefused: "a key path") { try await $0.apply("abc", \.count) == 3 },
        ]
    }
}
