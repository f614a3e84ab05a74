import MultiprocessingCore

extension ListenerStorage {
    /// Begins to listen.
    nonisolated(nonsending) static func listen(
        at address: ListenerAddress?, _ settings: ListenerSettings
    ) async throws -> ListenerStorage {
        // Whoever waits for it finds a poller.
        do {
            _ = try Poller.obtain()
        } catch {
            throw MultiprocessingError(.noResources, "nothing can be waited for", cause: error)
        }
        let name = address?.description ?? "an address of its own"
        if settings.key == nil, address?.needsKey == true {
            throw MultiprocessingError(
                .invalidArgument, "\(name) can be reached by others than this user: it needs a key")
        }
        let place = try await place(of: address)
        do {
            let socket = try ListeningSocket(
                place, packets: settings.wire.usesPackets, backlog: settings.backlog)
            return ListenerStorage(socket, self.address(of: socket, wanted: address), settings)
        } catch {
            throw MultiprocessingError(listeningAt: name, error)
        }
    }

    nonisolated(nonsending) private static func place(
        of address: ListenerAddress?
    ) async throws -> ListeningSocket.Place {
        switch address?.kind {
        case nil: return .privateFolder
        case .path(let path): return .path(path)
        case .abstract(let name): return .abstract(name)
        case .network(let host, let port):
            let found = try await NameResolution.addresses(of: host, port: port, until: nil)
            guard let first = found.first else {
                throw MultiprocessingError(.unreachable, "there is no host \(host)")
            }
            return .network(first)
        }
    }

    /// What was wanted, with what was chosen.
    private static func address(of socket: ListeningSocket, wanted: ListenerAddress?) -> ListenerAddress {
        if let path = socket.path { return .unix(path) }
        if let numbers = socket.address?.numbers { return .tcp(numbers.host, port: numbers.port) }
        return wanted ?? .abstractUnix("")
    }
}
