import MultiprocessingCore

/// Where the clients of a manager come in that did not inherit a way to it.
struct ManagerDoor: Sendable {
    private let listener: Listener
    private let maximumLength: Int

    init(_ address: ListenerAddress?, key: AuthenticationKey?, maximumLength: Int) async throws {
        listener = try await Listener(
            address,
            ListenerSettings(key: key, purpose: .manager, backlog: 128, maximumLength: maximumLength))
        self.maximumLength = maximumLength
    }

    /// Where clients find it.
    var address: ListenerAddress { listener.address }

    /// Lets clients in, until it is closed or the task is cancelled.
    func serve(_ core: ServerCore) async {
        while let connection = try? await listener.accept() {
            do {
                let link = ManagerLink(
                    try connection.storage.link.end, isInherited: false, limit: maximumLength)
                try core.accept(link)
            } catch {
                ProcessLogger.warning("a client of the manager could not be served: \(error)")
            }
        }
    }

    func close() { listener.close() }
}
