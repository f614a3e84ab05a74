import TestSupport
import Testing

/// The programs of the gallery about managed objects: what each of them prints.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct GalleryManagedTests {
    /// What a program prints, line by line, when all goes well.
    private func lines(of program: String) async throws -> [String] {
        let outcome = try await ExampleProgram("gallery").run([program], in: ScratchFolder())
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors == "")
        return outcome.lines
    }

    @Test func keysOfSeveralTypes() async throws {
        #expect(
            try await lines(of: "P09") == [
                #"["\"2\": 2", "0.25: nil", "1: \"1\""]"#, "[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]",
            ])
    }

    @Test func attributes() async throws {
        #expect(
            try await lines(of: "P14") == [
                #"ManagedNamespace(x=10, y="hello")"#, "x is 10, y is hello",
            ])
    }

    @Test func aQueueOverTCP() async throws {
        #expect(try await lines(of: "P16") == ["hello"])
        #expect(try await lines(of: "P17") == ["local hello"])
    }

    @Test func aListAndItsProxy() async throws {
        #expect(
            try await lines(of: "P18") == [
                "ManagedList<Int>(proxy, ", "[0, 1, 4, 9, 16, 25, 36, 49, 64, 81]", "16", "[4, 9, 16]",
                #"through the outer one: ["a", "b"]"#, #"the first row: ["a": 1, "c": 7]"#,
                #"changed and not assigned: ["a": 1]"#, #"assigned: ["a": 100]"#,
                "equal proxies: false, equal lists: true",
            ])
    }

    @Test func anIndexOutOfRange() async throws {
        #expect(
            try await lines(of: "P19") == [
                "10", "[4, 9, 16, 25, 36]", "index 20 is out of range: there are 10 elements", "still 10",
            ])
    }

    @Test func changedByAChild() async throws {
        #expect(
            try await lines(of: "P43") == ["3.14", "[5, 1, 2, 3, 4, 5, 6, 7, 8, 9]", #"["Hello"]"#])
    }

    @Test func tenProcessesFillADictionary() async throws {
        let pairs = (0..<10).map { "\"\($0): \($0 * 2)\"" }.joined(separator: ", ")
        #expect(try await lines(of: "P50") == ["[\(pairs)]"])
    }

    @Test func anAttributeBeforeAndAfter() async throws {
        #expect(
            try await lines(of: "P51") == [
                "before: the namespace has no attribute \"value\"", "a changed copy is not seen: [0]",
                "an assigned one is: [0, 1]", "after: This is the value",
            ])
    }
}
