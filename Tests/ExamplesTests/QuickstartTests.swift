import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct QuickstartTests {
    private let package = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: package.appending(path: path)), as: UTF8.self)
    }

    @Test func printsSquaresAndPrimes() async throws {
        let outcome = try await ExampleProgram("quickstart").run(in: ScratchFolder())
        #expect(outcome.exitCode == 0)
        #expect(outcome.output == "[1, 4, 9, 16, 25, 36, 49, 64, 81, 100]\n168\n669\n1229\n")
        #expect(outcome.errors == "")
    }

    @Test func isTheProgramOfTheReadMe() throws {
        let program = try text("Examples/quickstart/Quickstart.swift")
        #expect(program.split(separator: "\n", omittingEmptySubsequences: false).count == 13)
        #expect(try text("README.md").contains("```swift\n\(program)```\n"))
    }
}
