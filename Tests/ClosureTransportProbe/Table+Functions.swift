func doubled(_ number: Int) -> Int { number * 2 }
func slowlyDoubled(_ number: Int) async throws -> Int { number * 2 }
@concurrent func concurrentlyDoubled(_ number: Int) async -> Int { number * 2 }
nonisolated(nonsending) func nonsendingDoubled(_ number: Int) async -> Int { number * 2 }
@MainActor func mainDoubled(_ number: Int) -> Int { number * 2 }
func failing(_ number: Int) throws(Failure) -> Int { if number < 0 { throw Failure() } else { number } }
func sum(_ a: Int, _ b: Int) -> Int { a + b }

struct Failure: Error {}

let globalClosure: @Sendable (Int) -> Int = { $0 * 2 }
func adder(_ number: Int) -> @Sendable (Int) -> Int { { $0 + number } }
func composed<A, B, C>(
    _ first: @escaping @Sendable (A) -> B, _ second: @escaping @Sendable (B) -> C
) -> @Sendable (A) -> C { { second(first($0)) } }

protocol Described { var number: Int { get } }
extension Described {
    func described(_ other: Int) -> String { "\(number) \(other)" }
}
extension Doubler: Described { var number: Int { factor } }

final class Register: Codable, Sendable {
    let name: String
    init(name: String) { self.name = name }
    func entry(_ number: Int) -> String { "\(name) \(number)" }
    func slowEntry(_ number: Int) async -> String { entry(number) }
}

/// Forms closures on the main actor and in an actor.
@MainActor func formedOnMain(_ number: Int) -> Row {
    row("formed on the main actor", .result("\(number)")) { number }
}

actor Former {
    func form(_ number: Int) -> Row { row("formed in an actor", .result("\(number)")) { number } }
}

struct Doubler: Codable, Sendable {
    var factor = 2
    static func times(_ number: Int) -> Int { number * 2 }
    static prefix func - (value: Doubler) -> Doubler { Doubler(factor: -value.factor) }
    func apply(_ number: Int) -> Int { number * factor }
    func slowly(_ number: Int) async throws -> Int { number * factor }
}

extension Table {
    var functions: [Row] {
        let number = opaque(seed)
        let text = opaque("t\(seed)")
        let array = opaque([seed])
        let plain: @Sendable () -> Int = { 1 }
        let capturing: @Sendable () -> Int = { number }
        let slow: @Sendable () async -> Int = { number }
        let throwing: @Sendable (Int) throws -> Int = { $0 + number }
        let typed: @Sendable (Int) throws(Failure) -> Int = { $0 + number }
        let onArray: @Sendable () -> [Int] = { array }
        let generic: @Sendable (Int) async throws -> String = { "\($0) \(text)" }
        let outer: @Sendable () -> Int = { capturing() + number }
        let deep: @Sendable () async -> Int = { await slow() + outer() }
        let concurrent: @concurrent @Sendable () async -> Int = { number }
        let nonsending: nonisolated(nonsending) @Sendable () async -> Int = { number }
        return [
            row("closure without captures", .result("1")) { plain() },
            row("closure with a value", .result("\(number)")) { capturing() },
            row("asynchronous closure", .result("\(number)")) { await slow() },
            row("throwing closure", .result("\(number + 1)")) { try throwing(1) },
            row("closure with a typed error", .result("\(number + 1)")) { try typed(1) },
            row("closure with a lone array", .result("[\(number)]")) { onArray() },
            row("closure of generic shape", .result("5 t\(number)")) { try await generic(5) },
            row("closure in a closure", .result("\(number * 2)")) { outer() },
            row("closure in closures", .result("\(number * 3)")) { await deep() },
            row("closure and value", .result("\(number) \(text)")) { "\(capturing()) \(text)" },
            row("two closures and a value", .result("\(number * 2) \(text)")) {
                "\(capturing() + (await slow())) \(text)"
            },
            row("the closure itself", .result("\(number)"), capturing),
            row("the asynchronous closure itself", .result("\(number)"), slow),
            row("the throwing closure itself", 1, .result("\(number + 1)"), throwing),
            row("the closure with a typed error itself", 1, .result("\(number + 1)"), typed),
            row("concurrent closure itself", .result("\(number)"), concurrent),
            row("nonsending closure itself", .result("\(number)"), nonsending),
            row("concurrent closure", .result("\(number)")) { await concurrent() },
            row("nonsending closure", .result("\(number)")) { await nonsending() },
        ]
    }

    var references: [Row] {
        let register = opaque(Register(name: "r\(seed)"))
        let doubler = opaque(Doubler(factor: seed))
        let number = opaque(seed)
        @Sendable func local(_ value: Int) -> Int { value + number }
        @Sendable func localAsync(_ value: Int) async -> Int { value + number }
        return [
            row("function", 4, .result("8"), doubled),
            row("asynchronous function", 4, .result("8"), slowlyDoubled),
            row("concurrent function", 4, .result("8"), concurrentlyDoubled),
            row("nonsending function", 4, .result("8"), nonsendingDoubled),
            row("main actor function", 4, .result("8"), mainDoubled),
            row("function with a typed error", 4, .result("4"), failing),
            row("function of two", 4, 5, .result("9"), sum),
            row("operator", 4, 5, .result("9"), +),
            row("static method", 4, .result("8"), Doubler.times),
            row("initialiser", 4, .result("Doubler(factor: 4)"), Doubler.init(factor:)),
            row("initialiser by name", "4", .result("Optional(4)"), { Int($0, radix: 10) }),
            row("method of a value", 4, .result("\(number * 4)"), doubler.apply),
            row("asynchronous method of a value", 4, .result("\(number * 4)"), doubler.slowly),
            row("key path", "four", .refusalUnlessOptimized("{ $0.name } instead", otherwise: "4"), \.count),
            row("local function", 4, .result("\(number + 4)"), { local($0) }),
            row("asynchronous local function", 4, .result("\(number + 4)"), { await localAsync($0) }),
            row("global closure", 4, .result("8"), globalClosure),
            row("closure from a function", 4, .result("\(number + 4)"), adder(number)),
            row("composed closures", 4, .result("\(number + 4)!"), composed(adder(number), { "\($0)!" })),
            row("method of a protocol", 4, .result("\(number) 4"), doubler.described),
            row("method of an object", 4, .result("r\(number) 4"), register.entry),
            row("asynchronous method of an object", 4, .result("r\(number) 4"), register.slowEntry),
            row("thrown error", 4, .result("thrown: Failure()")) { _ -> Int in throw Failure() },
            row("generic function", 4, .result("4"), opaque),
        ]
    }

    var isolation: [Row] {
        let number = opaque(seed)
        let onMain: @MainActor @Sendable () -> Int = { number }
        return [
            row("main actor literal", .result("\(number)")) { @MainActor in
                MainActor.assertIsolated()
                return number
            },
            row("main actor closure", .result("\(number)")) { await onMain() },
            row("suspending", .result("\(number)")) {
                await Task.yield()
                return number
            },
            row("task group", .result("\(number * 3)")) {
                await withTaskGroup(of: Int.self) { group in
                    for _ in 0..<3 { group.addTask { number } }
                    return await group.reduce(0, +)
                }
            },
        ]
    }

    var arguments: [Row] {
        let number = opaque(seed)
        return [
            row("argument", 3, .result("9")) { $0 * $0 },
            row("array argument", [3, 4], .result("[9, 16]")) { $0.map { $0 * $0 } },
            row("string argument and capture", "a", .result("a\(number)")) { "\($0)\(number)" },
            row("two arguments", 3, "x", .result("xxx")) { String(repeating: $1, count: $0) },
            row("two arguments and captures", [3], [1: "x"], .result("3 x \(number)")) {
                "\($0[0]) \($1[1] ?? "") \(number)"
            },
            row("optional argument", Int?.none, .result("none")) { $0.map(String.init) ?? "none" },
        ]
    }
}
