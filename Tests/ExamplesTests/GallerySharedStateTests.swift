import TestSupport
import Testing

/// The programs of the gallery about what processes have in common: what each of them prints.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct GallerySharedStateTests {
    /// What a program prints, line by line, when all goes well.
    private func lines(of program: String) async throws -> [String] {
        let outcome = try await ExampleProgram("gallery").run([program], in: ScratchFolder())
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors == "")
        return outcome.lines
    }

    // MARK: Queues

    @Test func startMethods() async throws {
        let lines = try await lines(of: "P04")
        try #require(lines.count == 5)
        #expect(lines[0] == "by choice: hello")
        #expect(lines[1].hasPrefix("a second choice: ") && lines[1].contains("spawn"))
        #expect(lines.dropFirst(2) == ["by forkserver: hello", "by spawn: hello", "by fork: hello"])
    }

    @Test func mixedValuesOnAQueue() async throws {
        #expect(try await lines(of: "P05") == ["[42, nil, \"hello\"]"])
    }

    @Test func aMegabyteIsReadAfterTheEndOfItsPutter() async throws {
        #expect(
            try await lines(of: "P24") == [
                "the child ended with code 0", "1000000 characters were in the queue",
            ])
    }

    @Test func tasksAndResults() async throws {
        let lines = try await lines(of: "P27")
        let results = try lines.prefix(30).map { line in
            let match = try #require(line.wholeMatch(of: #/worker [1-4] says that (.+)/#))
            return String(match.output.1)
        }
        #expect(results.prefix(20).sorted() == (0..<20).map { "\($0) × 7 = \($0 * 7)" }.sorted())
        #expect(results.dropFirst(20).sorted() == (0..<10).map { "\($0) + 8 = \($0 + 8)" }.sorted())
        #expect(lines.dropFirst(30) == (1...4).map { "worker \($0) ended with code 0" }[...])
    }

    @Test func aTypeOfOnesOwnOnAQueue() async throws {
        #expect(try await lines(of: "P33") == ["Doing something fancy in Process-1 for Fancy Dan!"])
    }

    @Test func tasksFromAJoinableQueue() async throws {
        let lines = try await lines(of: "P34")
        try #require(lines.count == 12)
        #expect(try #/\d+ consumers/#.wholeMatch(in: lines[0]) != nil)
        #expect(lines[1...10].sorted() == (0..<10).map { "\($0) * \($0) = \($0 * $0)" })
        #expect(lines[11].hasPrefix("one too many: ") && lines[11].contains("taskDone()"))
    }

    @Test func producersAndConsumers() async throws {
        let lines = try await lines(of: "P42")
        var (put, got): ([Int], [Int]) = ([], [])
        for line in lines {
            let match = try #require(line.wholeMatch(of: #/(put|got) (\d), (\d) in the queue/#))
            let number = try #require(Int(match.output.2))
            if match.output.1 == "put" { put.append(number) } else { got.append(number) }
            let count = try #require(Int(match.output.3))
            #expect(count <= 3)
        }
        #expect(put.sorted() == Array(0..<10))
        #expect(got.sorted() == Array(0..<10))
    }

    @Test func aWriterAndAReader() async throws {
        let lines = try await lines(of: "P46")
        #expect(lines.filter { $0.hasPrefix("putting") } == ["putting A", "putting B", "putting C"])
        #expect(lines.filter { $0.hasPrefix("got") } == ["got A", "got B", "got C"])
        #expect(lines.last == "the reader was told to stop")
        #expect(lines.count == 7)
    }

    @Test func toolsOfTheTasksOfAPool() async throws {
        let lines = try await lines(of: "P47")
        let letters = lines.prefix(4).map { $0.suffix(1) }
        #expect(lines.prefix(4) == letters.map { "working on \($0)" }[...])
        #expect(lines.dropFirst(4).prefix(4) == letters.map { "\($0) is done" }[...])
        #expect(letters.sorted() == ["a", "b", "c", "d"])
        #expect(
            lines.dropFirst(8).sorted() == ["a", "b", "c", "d"].map { "\($0) is done with the manager's" })
    }

    // MARK: Connections

    @Test func mixedValuesOverAPipe() async throws {
        #expect(try await lines(of: "P06") == ["[42, nil, \"hello\"]", "the other end is closed"])
    }

    @Test func valuesBytesAndBuffers() async throws {
        #expect(
            try await lines(of: "P12") == [
                "[1, \"hello\", nil]", "thank you", "5 bytes: [1, 2, 3, 4, 5, 0, 0, 0]",
                "no room for 21 bytes: more than eight bytes",
            ])
    }

    @Test func fourConnectionsAtOnce() async throws {
        let lines = try await lines(of: "P22")
        #expect(lines.count == 41)
        #expect(lines.last == "all are closed")
        for name in ["anna", "bob", "carl", "dora"] {
            #expect(lines.filter { $0.hasPrefix(name) } == (0..<10).map { "\(name) \($0)" })
        }
    }

    @Test func aTalk() async throws {
        #expect(
            try await lines(of: "P41").sorted() == ["first hears: hello, too", "second hears: hello"])
    }

    @Test func oneWayAndTypes() async throws {
        let lines = try await lines(of: "P44")
        try #require(lines.count == 6)
        #expect(lines.prefix(4) == ["spam", "bacon", "sausage", "egg"])
        #expect(lines[4].hasPrefix("the other way: "))
        #expect(lines[5] == "the ages are [25, 36]")
    }

    // MARK: Locks and their friends

    @Test func greetingsUnderALock() async throws {
        #expect(try await lines(of: "P07").sorted() == (0..<10).map { "hello world \($0)" })
    }

    @Test func anEvent() async throws {
        #expect(
            try await lines(of: "P35") == [
                "the impatient one goes on, the event is set: false", "the event is set now",
                "the patient one goes on, the event is set: true",
            ])
    }

    @Test func wholeLines() async throws {
        let outcome = try await ExampleProgram("gallery").run(["P40"], in: ScratchFolder())
        #expect(outcome.exitCode == 0)
        let parts = outcome.output.split(separator: "with a lock\n")
        try #require(parts.count == 2)
        let whole = (0..<4).map { "I am process \($0)" }
        #expect(parts[1].split(separator: "\n").map(String.init).sorted() == whole)
        // Without a lock everything is there as well, in any order.
        let text = parts[0].dropFirst("without a lock\n".count)
        #expect(text.sorted() == whole.map { $0 + "\n" }.joined().sorted())
    }

    @Test func stages() async throws {
        let lines = try await lines(of: "P48")
        #expect(lines.first == "leader is done with stage 1")
        #expect(lines.dropFirst().sorted() == ["follower 1 runs stage 2", "follower 2 runs stage 2"])
    }

    @Test func threeAtATime() async throws {
        let lines = try await lines(of: "P49")
        #expect(lines.count == 12)
        let most = try #require(lines.dropLast().last?.wholeMatch(of: #/never more than (\d) inside/#)).output
            .1
        #expect(["1", "2", "3"].contains(most))
        #expect(lines.last == "at the end: []")
        for line in lines.dropLast(2) {
            let match = try #require(line.wholeMatch(of: #/inside: \[(.*)\]/#))
            #expect(match.output.1.split(separator: ",").count <= 3)
        }
    }

    @Test func whoMayRelease() async throws {
        #expect(
            try await lines(of: "P54") == [
                "acquired 2 times", "a stranger cannot release a recursive lock",
                "another process has released the plain lock",
                "a free one: a SharedLock was released that nobody holds",
            ])
    }

    @Test func aBarrier() async throws {
        let lines = try await lines(of: "P55")
        try #require(lines.count == 13)
        #expect(lines[0] == "all are here")
        #expect(lines[1...4].sorted() == (0..<4).map { "party \($0) passes" })
        #expect(lines[5] == "the fourth one aborts")
        #expect(lines[9] == "the first one loses its patience")
        for round in [lines[6...8], lines[10...12]] {
            let names = round.map { $0.prefix { $0 != ":" } }
            #expect(names.sorted() == ["party 1", "party 2", "party 3"])
            #expect(round.allSatisfy { $0.contains("barrier") }, "\(round)")
        }
    }

    @Test func whereTheyRun() async throws {
        let lines = try await lines(of: "P58")
        try #require(lines.count == 10)
        let processes = lines.compactMap { $0.split(separator: " ").last }
        #expect(lines.prefix(5).allSatisfy { $0.hasPrefix("task ") })
        #expect(Set(processes.prefix(5)).count == 1)
        #expect(lines.dropFirst(5).allSatisfy { $0.hasPrefix("process ") })
        #expect(Set(processes).count == 6)
    }

    // MARK: Memory

    @Test func aNumberAndAnArray() async throws {
        #expect(
            try await lines(of: "P08") == ["3.1415927", "[0, -1, -2, -3, -4, -5, -6, -7, -8, -9]"])
    }
}
