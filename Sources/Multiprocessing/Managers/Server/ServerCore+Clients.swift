import MultiprocessingCore
import Synchronization

// Who is connected.
extension ServerCore {
    /// A client has connected.
    @discardableResult
    func accept(_ link: ManagerLink) throws -> ClientSession? {
        let session = ClientSession(link, of: self)
        let isEnded = state.withLock { state in
            if !state.isEnded { state.sessions[session.number] = session }
            return state.isEnded
        }
        guard !isEnded else {
            link.close()
            return nil
        }
        try session.begin()
        return session
    }

    /// Whether no client that is connected has this number.
    func admits(_ client: UInt64) -> Bool {
        let sessions = state.withLock { Array($0.sessions.values) }
        return !sessions.contains { $0.client == client }
    }

    /// A client that is connected.
    func session(_ number: UInt64) -> ClientSession? { state.withLock { $0.sessions[number] } }

    /// A client is gone.
    func left(_ session: ClientSession) {
        _ = state.withLock { $0.sessions.removeValue(forKey: session.number) }
        update { references, free in free = references.leave(session.client) }
    }
}
