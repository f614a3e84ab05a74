import Synchronization

// Taking back what a client had.
extension WaitingRoom {
    /// Takes back what the client has, from now on, when it is gone.
    ///
    /// - Throws: `CancellationError` when it is gone already.
    func admit(_ client: ManagerSystem.Client) throws {
        guard client.isRemote else { return }
        let isNew = state.withLock { state in
            guard state.present[client] == nil else { return false }
            state.present[client] = Presence()
            return true
        }
        guard isNew else { return }
        guard let observation = system.onEnd(of: client, { [weak self] in self?.end(client) }) else {
            end(client)
            throw CancellationError()
        }
        state.withLock { $0.present[client]?.observation = observation }
    }

    private func end(_ client: ManagerSystem.Client) {
        let (resumptions, presence) = state.withLock { state -> ([Resumption], Presence?) in
            let presence = state.present.removeValue(forKey: client)
            var resumptions: [Resumption] = []
            for (ticket, owner) in state.clients where owner == client {
                state.machine.leave(ticket)
                if let resumption = state.answer(ticket, .failure(CancellationError())) {
                    resumptions.append(resumption)
                }
            }
            state.machine.end(client)
            return (resumptions + state.takeWoken(), presence)
        }
        resume(resumptions)
        withExtendedLifetime(presence) {}
    }
}
