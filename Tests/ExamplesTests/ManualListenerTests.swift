import Foundation
import Multiprocessing
import TestSupport
import Testing

/// The code of the manual's chapter on listeners.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct ManualListenerTests {
    /// The server of the manual: answers each line of each client, many clients at a time.
    private func serve(_ listener: Listener) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for try await connection in listener.connections {
                group.addTask {
                    for try await line in connection.messages(of: String.self) {
                        try await connection.send(line.uppercased())
                    }
                }
            }
        }
    }

    @Test func family() async throws {
        let listener = try await Listener()
        let client = ChildProcess(listener.address) { address in
            let connection = try await Connection.connect(to: address)
            try await connection.send("hello")
            guard try await connection.receive(String.self) == "HELLO" else { exit(9) }
        }
        try await client.start()
        let serving = Task { try await serve(listener) }
        #expect(try await client.join() == .exited(0))
        listener.close()
        try await serving.value
    }

    @Test func network() async throws {
        let secret = (0..<32).map { _ in UInt8.random(in: 0...255) }
        let key = try AuthenticationKey(secret)
        let listener = try await Listener(.tcp("127.0.0.1", port: 0), key: key)
        let text = listener.address.description
        let serving = Task { try await serve(listener) }
        let address = try ListenerAddress(text)
        try await withConnection(to: address, key: key, timeout: .seconds(10)) { connection in
            try await connection.send("hello")
            print(try await connection.receive(String.self))
        }
        listener.close()
        try await serving.value
        #expect(text.hasPrefix("tcp:127.0.0.1:"))
    }
}
