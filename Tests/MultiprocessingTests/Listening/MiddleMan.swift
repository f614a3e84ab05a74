import Foundation
import Glibc
import Multiprocessing
import Synchronization

/// Somebody between clients and a listener of a network, who hears everything and may pass on something else.
///
/// Works on threads of its own, with sockets of its own, and knows no key.
final class MiddleMan: Sendable {
    enum Speaker: Sendable {
        case client, listener
    }

    /// A whole message of one side, as it is on the wire: of the handshake at first, then a sealed frame.
    struct Message: Sendable {
        /// The first client's is 0.
        let connection: Int
        let speaker: Speaker
        /// Of this connection and side, where the handshake of the client has one message, and the listener's two.
        let number: Int
        let bytes: [UInt8]

        var isHandshake: Bool { number < Self.handshakeCount(speaker) }

        static func handshakeCount(_ speaker: Speaker) -> Int { speaker == .client ? 1 : 2 }
    }

    /// What is passed on for a message.
    typealias Change = @Sendable (Message) -> [[UInt8]]

    /// Where clients think that the listener is.
    var address: ListenerAddress { door.address }
    private let door: RawDoor
    private let sockets = Mutex<[RawClient]>([])

    init(before listener: ListenerAddress, _ change: @escaping Change) throws {
        door = try RawDoor()
        Thread.detachNewThread { [self] in work(listener, change) }
    }

    /// Ends every connection, and lets nobody in any more.
    func stop() {
        door.shut()
        for socket in sockets.withLock({ $0 }) { shutdown(socket.socket, Int32(SHUT_RDWR)) }
    }

    private func work(_ listener: ListenerAddress, _ change: @escaping Change) {
        var number = 0
        while let client = try? door.accept() {
            guard let server = try? RawClient(listener) else { continue }
            sockets.withLock { $0 += [client, server] }
            for (from, to, speaker) in [(client, server, Speaker.client), (server, client, .listener)] {
                Thread.detachNewThread { [number] in
                    Self.pump(from, to, speaker, number, change)
                }
            }
            number += 1
        }
    }

    /// Passes messages on until there are no more.
    private static func pump(
        _ from: RawClient, _ to: RawClient, _ speaker: Speaker, _ connection: Int, _ change: Change
    ) {
        var number = 0
        while let bytes = read(from, isHandshake: number < Message.handshakeCount(speaker)) {
            let message = Message(connection: connection, speaker: speaker, number: number, bytes: bytes)
            for bytes in change(message) { to.send(bytes) }
            number += 1
        }
        shutdown(to.socket, Int32(SHUT_WR))
    }

    private static func read(_ socket: RawClient, isHandshake: Bool) -> [UInt8]? {
        if isHandshake {
            guard let head = socket.receive(exactly: 2) else { return nil }
            return socket.receive(exactly: Int(head[0]) | Int(head[1]) << 8).map { head + $0 }
        }
        // The header and its code, and then the body with one.
        guard let head = socket.receive(exactly: 16 + 16) else { return nil }
        let length = head[8..<16].reversed().reduce(0) { $0 << 8 | Int($1) }
        return socket.receive(exactly: length + 16).map { head + $0 }
    }
}
