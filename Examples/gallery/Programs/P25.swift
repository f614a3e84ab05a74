import Distributed
import Multiprocessing

/// A managed object that shows only some of its methods, an iterator that lives in the manager, functions by name.
enum P25 {
    distributed actor Foo {
        typealias ActorSystem = ManagerSystem
        distributed func f() -> String { "you called Foo.f()" }
        distributed func g() -> String { "you called Foo.g(), which calls \(hidden())" }

        /// Not distributed: a proxy has no such method, and what is not compiled cannot be called.
        func hidden() -> String { "Foo.hidden()" }
    }

    /// Another view of the same object, with other methods; Python's `exposed`.
    distributed actor OnlyG {
        typealias ActorSystem = ManagerSystem
        private let foo: Foo

        init(_ foo: Foo, actorSystem: ManagerSystem) {
            self.foo = foo
            self.actorSystem = actorSystem
        }

        distributed func g() async throws -> String { try await foo.g() }
    }

    /// Numbers that are made as they are asked for.
    distributed actor Squares {
        typealias ActorSystem = ManagerSystem
        private var numbers = (0..<10).makeIterator()
        distributed func next() -> Int? { numbers.next().map { $0 * $0 } }
    }

    /// Functions, found by the name of what they are in.
    distributed actor Operators {
        typealias ActorSystem = ManagerSystem
        distributed func add(_ x: Int, _ y: Int) -> Int { x + y }
        distributed func power(_ base: Int128, _ exponent: Int) -> Int128 {
            (0..<exponent).reduce(1) { product, _ in product * base }
        }
    }

    static func run() async throws {
        let manager = Manager(initializer: { system in
            try system.register(Operators(actorSystem: system), as: "operator")
        })
        try await withManager(manager) { manager in
            let foo = try await manager.create { Foo(actorSystem: $0) }
            say(try await foo.f())
            say(try await foo.g())
            let view = try await manager.create(foo) { OnlyG($1, actorSystem: $0) }
            say(try await view.g())
            let squares = try await manager.create { Squares(actorSystem: $0) }
            var numbers: [Int] = []
            while let number = try await squares.next() { numbers.append(number) }
            say(numbers.map(String.init).joined(separator: " "))
            let operators = try await manager.resolve("operator", as: Operators.self)
            say("\(try await operators.add(23, 45))")
            say("\(try await operators.power(2, 94))")
        }
    }
}
