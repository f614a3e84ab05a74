import TestSupport
import Testing

/// The programs of the gallery about managers: what each of them prints.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct GalleryManagerTests {
    private func lines(of program: String) async throws -> [String] {
        let outcome = try await ExampleProgram("gallery").run([program], in: ScratchFolder())
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors == "")
        return outcome.lines
    }

    @Test func serverAndClient() async throws {
        #expect(
            try await lines(of: "P13") == [
                "the client has written note 1", #"the server has ["hello from a client"]"#,
                "afterwards: unreachable",
            ])
    }

    @Test func ownType() async throws {
        #expect(try await lines(of: "P15") == ["7", "56"])
    }

    @Test func exposedIteratorAndFunctions() async throws {
        #expect(
            try await lines(of: "P25") == [
                "you called Foo.f()", "you called Foo.g(), which calls Foo.hidden()",
                "you called Foo.g(), which calls Foo.hidden()", "0 1 4 9 16 25 36 49 64 81", "68",
                "19807040628566084398385987584",
            ])
    }
}
