import Multiprocessing

/// A pipe of one direction, and two processes that talk in values of different types.
enum P44 {
    static func run() async throws {
        let (reader, writer) = try Connection.pipe(duplex: false)
        let sender = ChildProcess(writer) { writer in
            for word in ["spam", "bacon", "sausage", "egg"] { try await writer.send(word) }
        }
        try await sender.start()
        writer.close()
        for try await word in reader.messages(of: String.self) { print(word) }
        do {
            try await reader.send("spam")
        } catch {
            print("the other way: \(error)")
        }
        try await sender.join()

        let (here, there) = try Connection.pipe()
        let talker = ChildProcess(there) { line in
            let ages = try await line.receive([String: Int].self)
            try await line.send(Set(ages.values))
        }
        try await talker.start()
        try await here.send(["ada": 36, "bob": 25, "eve": 36])
        print("the ages are \(try await here.receive(Set<Int>.self).sorted())")
        try await talker.join()
    }
}
