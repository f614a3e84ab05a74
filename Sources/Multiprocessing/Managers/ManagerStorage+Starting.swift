import MultiprocessingCore
import Synchronization

extension ManagerStorage {
    nonisolated(nonsending) func start() async throws {
        try state.withLock { state throws(MultiprocessingError) in
            guard case .initial = state else {
                throw MultiprocessingError(.alreadyStarted, "a manager is started once")
            }
            state = .starting
        }
        do {
            let (child, peer, address) = try await launch()
            state.withLock { $0 = .started(child, peer, address) }
        } catch {
            state.withLock { $0 = .failed }
            throw error
        }
    }

    private nonisolated(nonsending) func launch() async throws -> (
        ChildProcess, ManagerPeer, ListenerAddress?
    ) {
        let id = ManagerID.random()
        let (child, end) = try process(id)
        try await child.start()
        let peer = ManagerPeer(ManagerLink(end, isInherited: true), to: id)
        ManagerDirectory.add(peer, to: id)
        // An end that nobody asked for fails the calls that wait, also when no call looks at the link.
        Self.watch(child, peer)
        do {
            let greeting = try await peer.request(.hello).value(as: ManagerGreeting.self)
            return (child, peer, greeting.address)
        } catch {
            peer.fail(.managerGone)
            await Self.end(child, within: .seconds(1))
            throw error
        }
    }

    private func process(_ id: ManagerID) throws -> (ChildProcess, ConnectionEnd) {
        do {
            let (ours, theirs) = try SocketPair.make(packets: true)
            let child = ChildProcess(
                name, kind: "Manager", context, false, options, seat.key,
                ManagerBody(initializer: initializer ?? { _ in }),
                ManagerSeating(
                    high: id.high, low: id.low, address: seat.address, maximumLength: seat.maximumLength,
                    channel: theirs))
            return (child, try ConnectionEnd(ours, readable: true, writable: true))
        } catch {
            throw MultiprocessingError(.noResources, "there is no room for a manager's channel", cause: error)
        }
    }

    private static func watch(_ child: ChildProcess, _ peer: ManagerPeer) {
        _ = child.record.end.observe { [weak peer] in peer?.fail(.managerGone) }
    }
}
