import Foundation
import Multiprocessing

// What the closures of the probe capture and refer to.

struct Point: Codable, Sendable, Hashable {
    var x: Int
    var y: Int

    func moved(by distance: Int) -> Int { x + y + distance }
    static func doubled(_ number: Int) -> Int { number * 2 }
}

private struct Hidden: Codable, Sendable, Hashable {
    var number: Int
}

enum Shape: Codable, Sendable {
    case circle(radius: Int)
    case square(side: Int, name: String)
    case nothing
}

struct Outer<A: Codable & Sendable>: Codable, Sendable {
    struct Inner<B: Codable & Sendable>: Codable, Sendable {
        var a: A
        var b: B
    }
}

final class Counter: Codable, Sendable {
    let number: Int
    init(_ number: Int) { self.number = number }
}

final class Opaque: Sendable {
    let number = 1
}

struct Failure: Error, Codable, Hashable {
    var number: Int
}

func squared(_ number: Int) -> Int { number * number }
func squaredLater(_ number: Int) async throws -> Int { number * number }
@MainActor func onMain(_ number: Int) -> Int {
    MainActor.assertIsolated()
    return number + 1
}

/// A user's helper that passes a body on, spelled as the manual says.
func helped<A: Codable & Sendable, R: Codable & Sendable>(
    _ pool: ProcessPool, _ argument: A, _ body: @escaping @concurrent @Sendable (A) async throws -> R
) async throws -> R {
    try await pool.apply(argument, body)
}

extension Probe {
    /// Closures that capture values of private and function-local types.
    static func privateRows() -> [Row] {
        struct Local: Codable, Sendable, Hashable {
            var number: Int
        }
        let hidden = Hidden(number: 3)
        let local = Local(number: 4)
        let many = [Hidden(number: 1), Hidden(number: 2)]
        return [
            Row("private argument") { try await $0.apply(Hidden(number: 2)) { $0.number } == 2 },
            Row("private result") { try await $0.apply(2) { Hidden(number: $0) } == Hidden(number: 2) },
            Row("local argument") { try await $0.apply(Local(number: 2)) { $0.number } == 2 },
            Row("private in array") { try await $0.apply([Hidden(number: 2)]) { $0[0].number } == 2 },
            Row("local in dictionary") {
                try await $0.apply(["a": Local(number: 2)]) { $0["a"]?.number } == 2
            },
            Row("local in nested generics") {
                let value = Outer<Local>.Inner(a: Local(number: 1), b: [Hidden(number: 5)])
                return try await $0.apply(value) { $0.a.number + $0.b[0].number } == 6
            },
            Row("optional private result") {
                try await $0.apply(2) { Optional(Hidden(number: $0)) }?.number == 2
            },
            Row("captured private") { try await $0.apply { hidden.number } == 3 },
            Row("captured local") { try await $0.apply { local.number } == 4 },
            Row("captured array of private") { try await $0.apply { many.count + many[1].number } == 4 },
        ]
    }
}
