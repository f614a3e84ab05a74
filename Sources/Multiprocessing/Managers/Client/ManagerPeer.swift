import Distributed
import MultiprocessingCore
import Synchronization

/// The way from this process to a manager: the calls that are under way, and the objects that are held.
final class ManagerPeer: Sendable {
    typealias Outcome = Result<ManagerReply, any Error>
    typealias Calls = PendingCalls<Outcome, CheckedContinuation<Outcome, Never>>

    struct State {
        var calls = Calls()
        /// Whether the poller tells when something comes.
        var isArmed = false
        /// Why there are no calls any more.
        var failure: MultiprocessingError?
    }

    private struct Targets {
        var numbers: [String: UInt32] = [:]
    }

    private let identity: Mutex<ManagerID>
    /// Which manager it is.
    var manager: ManagerID { identity.withLock { $0 } }

    private struct Holds {
        var table = HoldTable()
        var lastToken = ReferenceTable.Departure.firstToken
    }

    let link: ManagerLink
    /// By what the manager tells this client from others.
    let client = UInt64.random(in: 1...UInt64.max)
    let state = Mutex(State())
    let attention = Attention(maximum: 40_000, alone: 50_000)
    /// Whether somebody looks for answers, instead of sleeping.
    let isWatched = Atomic(false)
    /// Whether somebody will send what was appended.
    let isFlushing = Atomic(false)
    /// Closed when there is a connection, or will be none.
    let opened = Latch<Void>()
    private let generation = ForkedChild.generation
    private let targets = Mutex(Targets())
    private let holds = Mutex(Holds())

    /// The way over a connection that there is.
    init(_ link: ManagerLink, to manager: ManagerID) {
        self.link = link
        identity = Mutex(manager)
        introduce()
        opened.close(())
    }

    /// The way to a manager at an address, which begins now to connect.
    convenience init(to manager: ManagerID, at address: ListenerAddress, key: AuthenticationKey?) {
        self.init(connecting: ManagerLink(to: address), to: manager)
        Task.detached { [self] in
            do {
                let key = try key ?? AuthenticationKey.current()
                let connection = try await Connection.connect(
                    to: address, key: key, purpose: .manager, timeout: Self.connectingTime)
                link.attach(try connection.storage.link.end)
            } catch {
                fail(
                    MultiprocessingError(
                        .managerGone, "the manager at \(address) cannot be reached", cause: error))
            }
            opened.close(())
        }
    }

    private init(connecting link: ManagerLink, to manager: ManagerID) {
        self.link = link
        identity = Mutex(manager)
        introduce()
    }

    /// How long connecting may take.
    private static let connectingTime = Duration.seconds(20)

    private func introduce() {
        try? link.append(.introduce) { writer in
            writer.append(client)
            writer.append(manager.high)
            writer.append(manager.low)
            writer.append(ThisProcess.id)
        }
    }

    /// The manager has said who it is.
    func found(_ manager: ManagerID) { identity.withLock { $0 = manager } }

    /// Whether it belongs to this process, and not to the one that this is a forked copy of.
    var isCurrent: Bool { generation == ForkedChild.generation }

    // MARK: Calls

    /// Calls a method of an object; waits until it is over.
    nonisolated(nonsending) func call(
        _ object: UInt64, of type: any Any.Type, _ target: String,
        _ invocation: ManagerSystem.InvocationEncoder
    ) async throws -> ManagerReply {
        let number = number(of: target)
        let keys = try typeKeys(invocation.types, of: type)
        return try await exchange(.call, attachments: invocation.message.attachments) { writer in
            writer.append(object)
            writer.append(number)
            writer.append(UInt8(keys.count))
            for key in keys { key.encode(into: &writer) }
            writer.append(contentsOf: invocation.message.bytes.bytes)
        }
    }

    /// The keys of the generic arguments that belong to the method; the object knows its own.
    private func typeKeys(_ types: [any Any.Type], of type: any Any.Type) throws -> [TypeKey] {
        guard !types.isEmpty else { return [] }
        do {
            // To what stands for a protocol, it is itself the first.
            let own = type is any _DistributedActorStub.Type ? 1 : TypeKey.genericArgumentCount(of: type)
            return try types.dropFirst(own).map { try TypeKey($0) }
        } catch {
            throw MultiprocessingError(
                .unencodable, "a generic argument of a call cannot travel", cause: error)
        }
    }

    private func number(of target: String) -> UInt32 {
        targets.withLock { targets in
            if let number = targets.numbers[target] { return number }
            let number = UInt32(targets.numbers.count)
            targets.numbers[target] = number
            // In the lock, so that nobody uses the number before.
            try? link.append(.target) { writer in
                writer.append(number)
                writer.append(string: target)
            }
            return number
        }
    }

    // MARK: Objects

    /// Holds an object that has come.
    func hold(_ number: UInt64, _ departure: ReferenceTable.Departure) -> ProxyHold {
        if departure == .granted {
            // Whoever took the reply holds it already.
            return holds.withLock { $0.table.add(number, grants: 0, peer: self) }
        }
        let hold = holds.withLock { $0.table.add(number, grants: 1, peer: self) }
        try? link.append(.claim) { writer in
            writer.append(number)
            writer.append(departure.sender)
            writer.append(departure.token)
        }
        link.flush()
        return hold
    }

    /// Holds an object that the manager has given.
    func adopt(_ number: UInt64) -> ProxyHold {
        holds.withLock { $0.table.add(number, grants: 1, peer: self) }
    }

    /// A hold has ended.
    func release(_ number: UInt64, serial: UInt64) {
        guard isCurrent, let grants = holds.withLock({ $0.table.remove(number, serial: serial) }), grants > 0
        else {
            return
        }
        try? link.append(.release) { writer in
            writer.append(number)
            writer.append(grants)
        }
        link.flush()
    }

    /// An object goes into a message.
    func depart(_ number: UInt64) -> ReferenceTable.Departure {
        let departure = holds.withLock { holds in
            let departure = ReferenceTable.Departure(sender: client, token: holds.lastToken)
            holds.lastToken += 1
            // In the lock, so that tokens go in order.
            try? link.append(.lend) { writer in
                writer.append(number)
                writer.append(departure.token)
            }
            return departure
        }
        link.flush()
        return departure
    }
}
