import Multiprocessing

/// Wait for four connections at once, over which four children send ten messages each.
enum P22 {
    static func run() async throws {
        var readers: [Connection] = []
        var children: [ChildProcess] = []
        for name in ["anna", "bob", "carl", "dora"] {
            let (reader, writer) = try Connection.pipe(duplex: false)
            let child = ChildProcess(name: name, writer) { writer in
                for number in 0..<10 { try await writer.send("\(ChildProcess.current.name) \(number)") }
            }
            try await child.start()
            writer.close()
            readers.append(reader)
            children.append(child)
        }
        while !readers.isEmpty {
            for reader in try await waitAny(readers) {
                var messages = reader.messages(of: String.self).makeAsyncIterator()
                if let message = try await messages.next() {
                    print(message)
                } else {
                    readers.removeAll { $0 === reader }
                }
            }
        }
        print("all are closed")
        for child in children { try await child.join() }
    }
}
