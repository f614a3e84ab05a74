final class Account: Codable, Sendable {
    let name: String
    init(name: String) { self.name = name }
}

class Animal: Codable, @unchecked Sendable {
    let legs: Int
    init(legs: Int) { self.legs = legs }
    func noise() -> String { "?" }
}

/// `@unchecked` because classes that can be inherited from are never proved to be `Sendable`.
final class Dog: Animal, @unchecked Sendable {
    override func noise() -> String { "woof \(legs)" }
}

final class Crate<Content: Codable & Sendable>: Codable, Sendable {
    let content: Content
    init(_ content: Content) { self.content = content }
}

private final class HiddenObject: Codable, Sendable {
    let number: Int
    init(number: Int) { self.number = number }
    func row() -> Row {
        ClosureTransportProbe.row("self of a private class", .result("\(number)")) { self.number }
    }
}

struct AccountHolder: Codable, Sendable { let account: Account }

extension Table {
    var objects: [Row] {
        let account = opaque(Account(name: "n\(seed)"))
        let animal: Animal = opaque(Dog(legs: seed))
        let crate = opaque(Crate([seed]))
        let hidden = opaque(HiddenObject(number: seed))
        let number = opaque(seed)
        let holder = opaque(AccountHolder(account: account))
        let maybe: Account? = opaque(account)
        let animals = opaque([animal, Animal(legs: 4)])
        return [
            row("array of objects alone", .result("woof \(number) ?")) {
                animals.map { $0.noise() }.joined(separator: " ")
            },
            row("array of objects and value", .result("2 \(number)")) { "\(animals.count) \(number)" },
            row("object alone", .result("n\(number)")) { account.name },
            row("object and value", .result("n\(number) \(number)")) { "\(account.name) \(number)" },
            row("object as argument", account, .result("n\(number)")) { $0.name },
            row("object of a subclass alone", .result("woof \(number)")) { animal.noise() },
            row("object of a subclass and value", .result("woof \(number) \(number)")) {
                "\(animal.noise()) \(number)"
            },
            row("object of a generic class alone", .result("[\(number)]")) { crate.content },
            row("object of a private class alone", .result("\(number)")) { hidden.number },
            row("object of a private class and value", .result("\(number * 2)")) { hidden.number + number },
            hidden.row(),
            row("struct around an object alone", holder, .result("n\(number)")) { _ in holder.account.name },
            row("optional object", .result("n\(number)")) { maybe?.name ?? "" },
        ]
    }
}
