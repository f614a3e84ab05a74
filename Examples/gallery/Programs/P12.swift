import Multiprocessing

/// What goes over a connection: values, bytes, and bytes into a buffer that may be too small.
enum P12 {
    static func run() async throws {
        let (left, right) = try Connection.pipe()

        try await left.send([1, "hello", nil] as MixedValue)
        print(try await right.receive(MixedValue.self))

        try await right.send(bytes: "thank you".utf8)
        print(String(decoding: try await left.receiveBytes(), as: UTF8.self))

        var buffer = [UInt8](repeating: 0, count: 8)
        try await right.send(bytes: [1, 2, 3, 4, 5])
        print("\(try await left.receiveBytes(into: &buffer)) bytes: \(buffer)")

        try await right.send(bytes: "more than eight bytes".utf8)
        do {
            _ = try await left.receiveBytes(into: &buffer)
        } catch let error as BufferTooShortError {
            print(
                "no room for \(error.message.count) bytes: \(String(decoding: error.message, as: UTF8.self))")
        }
    }
}
