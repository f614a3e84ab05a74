import Glibc
import Multiprocessing
import TestSupport
import Testing

/// A class that travels, and one that is more than it.
private class Base: Codable, @unchecked Sendable {
    // Never changed after it was made.
    var name = "base"
}

private final class Derived: Base, @unchecked Sendable {
    // Never changed after it was made.
    var extra = 1
}

/// Tells when it is let go.
private final class Tracked: Codable, Sendable {
    private let gate: FileGate
    init(_ gate: FileGate) { self.gate = gate }
    deinit { gate.open() }
    var isHere: Bool { true }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct BodyTests {
    @Test("PRC-02: a child without anything to do starts and ends with 0", arguments: everyContext)
    func nothingToDo(context: ProcessContext) async throws {
        let child = ChildProcess(context: context) {}
        try await child.start()
        #expect(try await child.join() == .exited(0))
    }

    @Test("PRC-03: arguments reach the child equal to what was given", arguments: everyContext)
    func arguments(context: ProcessContext) async throws {
        let one = ChildProcess(1, "str", context: context, options: .captured) { say("\($0) \($1)") }
        #expect(try await one.report().output == ["1 str"])
        let list = ChildProcess([1], ContiguousArray(["a", "b"]), context: context, options: .captured) {
            say("\($0) \(Array($1))")
        }
        #expect(try await list.report().output == [#"[1] ["a", "b"]"#])
        let dictionary = ChildProcess(["key": [1.5]], Set([3]), context: context, options: .captured) {
            say("\($0) \($1)")
        }
        #expect(try await dictionary.report().output == [#"["key": [1.5]] [3]"#])
    }

    @Test("PRC-31: captured values of many kinds arrive as they were", arguments: everyContext)
    func captures(context: ProcessContext) async throws {
        let (number, text, missing, list) = (-7, "tëxt 🎈", Int?.none, [UInt8](repeating: 3, count: 1 << 20))
        let (huge, nothing, table) = (Double.infinity, Double.nan, ["a": 1...3, "b": 2...2])
        let order = Order(id: 4, notes: ["x"])
        let object = Base()
        let child = ChildProcess(context: context) {
            let isRight =
                number == -7 && text == "tëxt 🎈" && missing == nil && list.count == 1 << 20
                && list.allSatisfy { $0 == 3 } && huge == .infinity && nothing.isNaN && table["a"] == 1...3
                && order == Order(id: 4, notes: ["x"]) && object.name == "base"
            exit(isRight ? 0 : 5)
        }
        try await child.start()
        #expect(try await child.join() == .exited(0))
    }

    @Test(
        "PRC-32: an object of a subclass is what its declared type says, or is refused",
        arguments: everyContext)
    func subclass(context: ProcessContext) async throws {
        let object: Base = Derived()
        let passed = ChildProcess(object, context: context, options: .captured) { say("\(type(of: $0))") }
        #expect(try await passed.report().output == ["Base"])
    }

    @Test("PRC-18: after the start the parent keeps nothing of the body", arguments: everyContext)
    func letGo(context: ProcessContext) async throws {
        let (gate, deinitialised) = (FileGate(), FileGate())
        defer {
            gate.remove()
            deinitialised.remove()
        }
        var tracked: Tracked? = Tracked(deinitialised)
        let child = ChildProcess(gate, try #require(tracked), context: context) { gate, tracked in
            gate.pass()
            exit(tracked.isHere ? 0 : 5)
        }
        tracked = nil
        try await child.start()
        // Ends with the last reference, which is not the handle's.
        deinitialised.pass()
        #expect(child.isAlive)
        gate.open()
        #expect(try await child.join() == .exited(0))
    }
}
