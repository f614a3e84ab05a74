import Multiprocessing

/// An attribute that is not there before an event, and a list in a namespace that is a copy for each.
enum P51 {
    static func run() async throws {
        try await withManager { manager in
            let namespace = try await manager.namespace()
            let isSet = try await manager.event()
            let isReady = try await manager.event()
            try await namespace.set("list", to: [0])
            let consumer = ChildProcess(namespace, isSet, isReady) { namespace, isSet, isReady in
                do {
                    say("before: \(try await namespace.get("value", as: String.self))")
                } catch {
                    say("before: \(error)")
                }
                try await isReady.set()
                try await isSet.wait()
                say("after: \(try await namespace.get("value", as: String.self))")
            }
            let producer = ChildProcess(namespace, isSet, isReady) { namespace, isSet, isReady in
                try await isReady.wait()
                var list = try await namespace.get("list", as: [Int].self)
                list.append(1)
                say("a changed copy is not seen: \(try await namespace.get("list", as: [Int].self))")
                try await namespace.set("list", to: list)
                say("an assigned one is: \(try await namespace.get("list", as: [Int].self))")
                try await namespace.set("value", to: "This is the value")
                try await isSet.set()
            }
            for child in [consumer, producer] { try await child.start() }
            for child in [consumer, producer] { try await child.join() }
        }
    }
}
