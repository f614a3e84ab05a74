import Multiprocessing

/// A client connects to a listener of another process, both prove that they have the key, a short message goes there and
/// back, and the connection is closed; one after another.
func listenerConnect(_ measured: Case) async throws {
    let warmup = try measured.size("warmup")
    let message = Array("12345678".utf8)
    for (metric, address) in [("unix", nil), ("tcp", ListenerAddress.tcp())] {
        let count = try measured.size("\(metric)_n")
        let (near, far) = try Connection.pipe()
        let child = ChildProcess(far, address, count + warmup) { far, address, rounds in
            let listener = try await Listener(address)
            try await far.send(listener.address)
            for _ in 0..<rounds {
                let connection = try await listener.accept()
                try await connection.send(bytes: try await connection.receiveBytes())
                connection.close()
            }
        }
        try await child.start()
        let place = try await near.receive(ListenerAddress.self)
        let connect = {
            let connection = try await Connection.connect(to: place)
            try await connection.send(bytes: message)
            guard try await connection.receiveBytes() == message else {
                throw Failure(description: "another message")
            }
            connection.close()
        }
        for _ in 0..<warmup { try await connect() }
        let time = try await seconds { for _ in 0..<count { try await connect() } }
        guard try await child.join() == .exited(0) else { throw Failure(description: "the child failed") }
        measured.emit(metric, Double(count) / time, n: count)
    }
}
