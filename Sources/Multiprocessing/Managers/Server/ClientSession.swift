import Distributed
import MultiprocessingCore
import Synchronization

/// A manager's side of one client: reads its frames, and answers.
final class ClientSession: Sendable {
    /// A call, ready to be run.
    typealias Work = @Sendable () async -> Void
    typealias Desk = CallDesk<Task<Void, Never>, UnsafeContinuation<Work?, Never>>

    struct State {
        var methods = MethodTable()
        var desk = Desk()
        var client: ManagerSystem.Client?
        var endHandlers: [UInt64: @Sendable () async -> Void] = [:]
        var lastHandler: UInt64 = 0
        var watch: Poller.Watch?
        /// Memory that was offered to the client, which has not joined it yet.
        var offered: SharedWay?
        var hasShared = false
    }

    /// What is left to do when the client is gone.
    private struct Ended: Sendable {
        let running: [Task<Void, Never>]
        let waiting: [UnsafeContinuation<Work?, Never>]
        let handlers: [@Sendable () async -> Void]
        let watch: Poller.Watch?
    }

    private static let lastNumber = Atomic<UInt64>(0)

    /// Tells it from other sessions of this process.
    let number = ClientSession.lastNumber.add(1, ordering: .relaxed).newValue
    let link: ManagerLink
    let core: ServerCore
    let state = Mutex(State())
    /// Whether the loop says when something comes; used on its thread.
    let isArmed = Atomic(false)

    var manager: ManagerID { core.id }

    init(_ link: ManagerLink, of core: ServerCore) {
        self.link = link
        self.core = core
    }

    /// Begins to read.
    func begin() throws(SystemError) {
        let watch = try core.loop.watch(self)
        state.withLock { $0.watch = watch }
        core.loop.poke(self)
    }

    /// The client is gone, or the manager ends.
    func end() {
        let ended = state.withLock { state -> Ended? in
            guard !state.desk.isEnded else { return nil }
            let (running, waiting) = state.desk.end()
            defer { state.endHandlers = [:] }
            return Ended(
                running: running, waiting: waiting, handlers: Array(state.endHandlers.values),
                watch: state.watch.take())
        }
        guard let ended else { return }
        if let watch = ended.watch { core.loop.unwatch(watch) }
        link.close()
        for task in ended.running { task.cancel() }
        for waiter in ended.waiting { waiter.resume(returning: nil) }
        core.left(self)
        for handler in ended.handlers { Task.detached { await handler() } }
    }

    // MARK: The client

    /// By what references of the client are counted.
    var client: UInt64 { state.withLock { $0.client?.id ?? 0 } }

    var clientInformation: ManagerSystem.Client? { state.withLock { $0.client } }

    /// Calls the handler when the client is gone; nil when it is.
    func onEnd(_ handler: @escaping @Sendable () async -> Void) -> UInt64? {
        state.withLock { state in
            guard !state.desk.isEnded else { return nil }
            state.lastHandler += 1
            state.endHandlers[state.lastHandler] = handler
            return state.lastHandler
        }
    }

    func disregard(_ handler: UInt64) {
        _ = state.withLock { $0.endHandlers.removeValue(forKey: handler) }
    }

    func grant(_ number: UInt64) { core.grant(number, to: client) }

    func revoke(_ number: UInt64) { core.release(number, by: client, count: 1) }
}
