import Multiprocessing

/// A pipe carries a value of mixed kinds; when one end is closed, the other one knows.
enum P06 {
    static func run() async throws {
        let (left, right) = try Connection.pipe()
        let child = ChildProcess(right) { end in
            try await end.send([42, nil, "hello"] as MixedValue)
            end.close()
        }
        try await child.start()
        // The child has its own copy of this end. As long as anyone holds one, more may come.
        right.close()
        for try await message in left.messages(of: MixedValue.self) { print(message) }
        print("the other end is closed")
        try await child.join()
    }
}
