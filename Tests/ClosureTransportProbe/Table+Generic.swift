/// Helpers of a program that pass bodies on, or form them in generic code.
enum Helper {
    static func passOn<A: Codable & Sendable, R: Codable & Sendable>(
        _ name: String, _ a: A, _ expected: String,
        _ body: @escaping @concurrent @Sendable (A) async throws -> R
    ) -> Row {
        row(name, a, .result(expected), body)
    }

    static func wrap<A: Codable & Sendable, R: Codable & Sendable>(
        _ name: String, _ a: A, _ expected: String,
        _ body: @escaping @concurrent @Sendable (A) async throws -> R
    ) -> Row {
        row(name, a, .result(expected)) { try await body($0) }
    }

    static func synchronous<A: Codable & Sendable, R: Codable & Sendable>(
        _ name: String, _ a: A, _ expected: String, _ body: @escaping @Sendable (A) -> R
    ) -> Row {
        row(name, a, .result(expected), body)
    }

    static func halfGeneric<R: Codable & Sendable>(
        _ name: String, _ expected: String, _ body: @escaping @Sendable (Int) async throws -> R
    ) -> Row {
        row(name, 5, .result(expected), body)
    }

    static func capture<Value: Codable & Sendable>(_ name: String, _ value: Value) -> Row {
        row(name, .result("\(value)")) { value }
    }

    static func captureMany<Value: Codable & Sendable, Other: Codable & Hashable & Sendable>(
        _ name: String, _ value: Value, _ other: Other
    ) -> Row {
        let list = [value]
        let map = [other: list]
        return row(name, .result("\(value) \(list) \(other) \(map)")) { "\(value) \(list) \(other) \(map)" }
    }

    static func captureElement<Values: Collection & Sendable>(_ name: String, _ values: Values) -> Row
    where Values.Element: Codable & Sendable {
        let list = Array(values)
        let first = list[0]
        return row(name, .result("\(first) \(list)")) { "\(first) \(list)" }
    }

    static func withoutCapture<Value: Codable & Sendable>(_ name: String, _ type: Value.Type) -> Row {
        row(name, .result("\(MemoryLayout<Value>.size)")) { MemoryLayout<Value>.size }
    }
}

struct Holder<Value: Codable & Sendable>: Codable, Sendable {
    var value: Value
    func row(_ name: String, _ expectation: Row.Expectation) -> Row {
        ClosureTransportProbe.row(name, expectation) { value }
    }
    func concrete(_ name: String, _ number: Int) -> Row {
        ClosureTransportProbe.row(name, .result("\(number)")) { number }
    }
}

extension Array where Element: Codable & Sendable {
    func probed<R: Codable & Sendable>(
        _ name: String, _ expected: String, _ body: @escaping @Sendable (Element) async throws -> R
    ) -> Row {
        row(name, self, .result(expected)) { elements in
            var results: [R] = []
            for element in elements { results.append(try await body(element)) }
            return results
        }
    }
}

private struct Concealed: Codable, Hashable, Sendable, CustomStringConvertible {
    var number: Int
    // The standard one names private types by their address in arrays.
    var description: String { "concealed \(number)" }
}

extension Table {
    var genericCode: [Row] {
        let number = opaque(seed)
        let concealed = opaque(Concealed(number: seed))
        return [
            Helper.passOn("passed on", 3, "\(number + 3)") { $0 + number },
            Helper.passOn("passed on, private", concealed, "\(number)") { $0.number },
            Helper.wrap("wrapped", 3, "\(number + 3)") { $0 + number },
            Helper.wrap("wrapped, private", concealed, "\(concealed)") { $0 },
            Helper.wrap("wrapped array", [3], "[3, \(number)]") { $0 + [number] },
            Helper.synchronous("synchronous", 3, "\(number + 3)") { $0 + number },
            Helper.halfGeneric("half generic", "\(number + 5)") { $0 + number },
            Helper.capture("captured integer", number),
            Helper.capture("captured string", "s\(number)"),
            Helper.capture("captured array", [number]),
            Helper.capture("captured private value", concealed),
            Helper.capture("captured array of private", [concealed]),
            Helper.captureMany("captured many", number, "k\(number)"),
            Helper.captureMany("captured many, private", [concealed], concealed),
            Helper.captureElement("captured element", [number, 2]),
            Helper.captureElement("captured element of a set", Set([number])),
            Helper.withoutCapture("only the type", Int.self),
            Helper.withoutCapture("only the private type", Concealed.self),
            Holder(value: number).row(
                "self of a generic struct", .refusalWhenOptimized("Holder", otherwise: "\(number)")),
            Holder(value: [concealed]).row(
                "self of a generic struct, private", .result("\([concealed])")),
            Holder(value: "x").concrete("plain value in a generic struct", number),
            [1, 2].probed("extension of array", "[\(number + 1), \(number + 2)]") { $0 + number },
        ]
    }
}
