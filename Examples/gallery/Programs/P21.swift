import Multiprocessing

/// A listener and a client that prove to each other that they have the same key, and then exchange values and bytes.
enum P21 {
    static func run() async throws {
        let key = try AuthenticationKey("a secret of at least sixteen bytes".utf8)
        try await withListener(.tcp("localhost"), key: key) { listener in
            let client = ChildProcess(listener.address, authenticationKey: key) { address in
                // The key of the process is the one that it was given.
                try await withConnection(to: address) { connection in
                    print(try await connection.receive(MixedValue.self))
                    print(String(decoding: try await connection.receiveBytes(), as: UTF8.self))
                    var numbers = [UInt8](repeating: 0, count: 20)
                    print("\(try await connection.receiveBytes(into: &numbers)) bytes")
                    print(numbers.int32s)
                }
            }
            try await client.start()
            let connection = try await listener.accept()
            try await connection.send([2.25, nil, "junk"] as MixedValue)
            try await connection.send(bytes: "hello".utf8)
            try await connection.send(bytes: [42, 1729].bytes)
            try await client.join()
        }
    }
}

extension [Int32] {
    /// The numbers as they lie in memory.
    fileprivate var bytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}

extension [UInt8] {
    /// The bytes as numbers of four bytes each.
    fileprivate var int32s: [Int32] {
        withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 4).map { bytes.loadUnaligned(fromByteOffset: $0, as: Int32.self) }
        }
    }
}
