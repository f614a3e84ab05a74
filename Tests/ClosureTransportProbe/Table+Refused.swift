import Foundation

struct Opaque: Sendable { var number: Int }
final class Unsendable: Sendable {}
enum OpaqueChoice: Sendable { case number(Int) }
actor Counter {
    var count = 0
    nonisolated func row() -> Row {
        ClosureTransportProbe.row("self of an actor", .refusal("Counter")) { await self.count }
    }
}

extension Table {
    var refused: [Row] {
        let opaqueValue = opaque(Opaque(number: seed))
        let number = opaque(seed)
        let object = opaque(Unsendable())
        let choice = opaque(OpaqueChoice.number(seed))
        let tuple = opaque((seed, "x"))
        let existential: any Codable & Sendable = opaque(seed)
        let error: any Error = opaque(Failure())
        let list = opaque([Opaque(number: 1)])
        let objects = opaque([Unsendable()])
        let tuples = opaque([(1, 2)])
        let map = opaque(["a": Opaque(number: 1)])
        let maybe: Opaque? = opaque(nil)
        let optionalClosure: (@Sendable () -> Int)? = opaque({ @Sendable in number })
        let inner: @Sendable () -> Int = { opaqueValue.number }
        let type: any (Codable & SendableMetatype).Type = opaque(Int.self)
        let handle = FileHandle.standardError
        let stored = Account(name: "x")
        nonisolated(unsafe) var variable = opaque(seed)
        variable += 1
        nonisolated(unsafe) var alone = opaque(seed)
        alone += 1
        let counter = Counter()
        return [
            row("struct that is not Codable", .refusal("Opaque, which is not Codable")) {
                opaqueValue.number
            },
            row("one value of two", .refusal("Opaque")) { opaqueValue.number + number },
            row("object that is not Codable", .refusal("Unsendable")) {
                _ = object
                return 1
            },
            row("object and value", .refusal("Unsendable")) {
                _ = object
                return number
            },
            row("enum that is not Codable", .refusal("OpaqueChoice")) {
                if case .number(let n) = choice { n } else { 0 }
            },
            row("tuple", .refusal("a tuple of type (Swift.Int, Swift.String)")) { tuple.0 },
            row("existential", .refusal("Decodable & Swift.Encodable")) { String(describing: existential) },
            row("error", .refusal("not understood")) { String(describing: error) },
            row("error and value", .refusal("Error")) { "\(error) \(number)" },
            row("array of what is not Codable", .refusal("Opaque")) { list.count },
            row("array of objects that are not Codable", .refusal("Unsendable")) { objects.count },
            row("array of tuples", .refusal("tuple")) { tuples.count },
            row("dictionary of what is not Codable", .refusal("Opaque")) { map.count },
            row("optional of what is not Codable", .refusal("Opaque")) { maybe?.number ?? 0 },
            row("optional closure", .refusal("not understood")) { optionalClosure?() ?? 0 },
            row("closure that captures what is not Codable", .refusal("Opaque")) { inner() },
            row("metatype and value", .refusal("Type")) { "\(type) \(number)" },
            row("file handle", .refusal("FileHandle, which is not Codable")) {
                _ = handle
                return 1
            },
            row("weak", .refusal("weak")) { [weak stored] in stored?.name ?? "" },
            row("unowned", .refusal("weak or unowned")) { [unowned stored] in stored.name },
            // A variable alone is its own context, which looks like one with a constant: its value travels.
            row("variable alone", .result("\(number + 2)")) {
                alone += 1
                return alone
            },
            row("variable and value", .refusal("variable")) {
                variable += 1
                return variable + number
            },
            counter.row(),
        ]
    }
}
