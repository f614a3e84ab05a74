import TestSupport
import Testing

/// The frame of the gallery: one program, all of them, the list, and what it refuses.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct GalleryTests {
    private func run(_ arguments: String...) async throws -> ExampleProgram.Outcome {
        try await ExampleProgram("gallery").run(arguments, in: ScratchFolder())
    }

    private func identifiers() async throws -> [String] {
        try await run("--list").lines.map { String($0.prefix { $0 != " " }) }
    }

    @Test func theListHasEveryProgramWithATitle() async throws {
        let outcome = try await run("--list")
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors == "")
        let identifiers = try await identifiers()
        #expect(identifiers.count >= 8)
        #expect(identifiers == Array(Set(identifiers)).sorted())
        for line in outcome.lines {
            let isIdentifierAndTitle = try #/P\d\d .+/#.wholeMatch(in: line) != nil
            #expect(isIdentifierAndTitle, "\(line)")
        }
    }

    @Test func allRunInTheirOrder() async throws {
        let outcome = try await run("--all")
        #expect(outcome.exitCode == 0)
        let list = try await run("--list")
        #expect(outcome.lines.filter { $0.hasPrefix("== ") } == list.lines.map { "== \($0) ==" })
        #expect(outcome.lines.last == "\(list.lines.count) programs ran, 0 failed")
    }

    @Test(arguments: [[], ["P00"], ["p02"], ["P02", "P03"], ["--all", "P02"], ["--help"]])
    func anythingElseIsAnsweredWithTheUsage(_ arguments: [String]) async throws {
        let outcome = try await ExampleProgram("gallery").run(arguments, in: ScratchFolder())
        #expect(outcome.exitCode == 64)
        #expect(outcome.output == "")
        #expect(outcome.errors == "usage: gallery ID | --all | --list\n")
    }
}
