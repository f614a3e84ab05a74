import Distributed
import MultiprocessingCore
import Synchronization

// Reading, on the loop's thread.
extension ClientSession {
    /// Reads what has come, and asks to be called for more.
    func serve() {
        link.rouse()
        _ = look()
        guard let watch = state.withLock({ $0.watch }), link.end != nil else { return }
        // A client that does not read its answers is not read either.
        guard !link.isFull(then: { [weak self] in self.map { $0.core.loop.poke($0) } }) else { return }
        core.loop.served(self)
        do {
            // Nothing else is read before the rest of a long message.
            guard try !awaitRest(), !isArmed.exchange(true, ordering: .relaxed) else { return }
            try core.loop.arm(watch)
        } catch {
            self.end()
        }
    }

    /// Reads what has come, because the loop says that there is something.
    func fired() {
        isArmed.store(false, ordering: .relaxed)
        serve()
    }

    /// Nobody looks any more; returns whether it has to be served once more before.
    func leave() -> Bool {
        // The rest of a long message may have been taken in without asking to be called for more.
        link.announceSleep() || (!isArmed.load(ordering: .relaxed) && !link.hasRest)
    }

    private func awaitRest() throws(SystemError) -> Bool {
        try link.awaitRest { [weak self] in
            if let self { core.loop.poke(self) }
        }
    }

    /// Reads what has come; returns whether there was something.
    func look() -> Bool {
        guard !link.isFull else { return false }
        var found = false
        do {
            // Others get their turn after so many messages.
            for _ in 0..<16 {
                guard let message = try link.receive() else { break }
                found = true
                try FramePlace.visit(message.bytes) { kind, range in
                    try take(kind, FrameSlice(message: message, range: range))
                }
                // The client works on while the next message is read.
                link.flush()
            }
            if found {
                core.loop.runJobs()
                link.flush()
            }
            _ = try awaitRest()
        } catch {
            // Its end, or bytes that no client sends: either way nothing more can come.
            if !(error is TransportFailure) {
                ProcessLogger.warning("a manager has dropped a client that sent what is no call: \(error)")
            }
            end()
        }
        return found
    }

    private func take(_ kind: ManagerFrame, _ frame: FrameSlice) throws {
        if kind == .call { return try takeCall(frame) }
        var frame = frame
        guard kind == .introduce || clientInformation != nil else { throw WireError.stranger }
        switch kind {
        case .introduce: try takeIntroduction(frame)
        case .target:
            let (number, name) = try frame.read {
                (try $0.bytes.read(UInt32.self), try $0.bytes.readString())
            }
            try state.withLock { try $0.methods.add(name, as: number) }
        case .call: break
        case .create: try takeCreation(frame)
        case .request: try takeRequest(frame)
        case .share: try share()
        case .join:
            guard let way = state.withLock({ $0.offered.take() }) else {
                throw WireError.malformed("a client that joins what it was not offered")
            }
            link.receive(through: way)
            link.send(through: way, after: .joined)
        case .cancel:
            let id = try frame.read { try $0.bytes.read(UInt64.self) }
            state.withLock { $0.desk.cancel(id) }?.cancel()
        case .release:
            let (object, count) = try frame.read {
                (try $0.bytes.read(UInt64.self), try $0.bytes.read(UInt64.self))
            }
            core.release(object, by: client, count: count)
        case .claim:
            let (object, sender, token) = try frame.read { reader in
                (
                    try reader.bytes.read(UInt64.self), try reader.bytes.read(UInt64.self),
                    try reader.bytes.read(UInt64.self)
                )
            }
            core.claim(object, by: client, ReferenceTable.Departure(sender: sender, token: token))
        case .lend:
            let (object, token) = try frame.read {
                (try $0.bytes.read(UInt64.self), try $0.bytes.read(UInt64.self))
            }
            core.depart(object, ReferenceTable.Departure(sender: client, token: token))
        case .value, .nothing, .failure, .memory, .joined:
            throw WireError.malformed("an answer of a client")
        }
    }

    private func share() throws(WireError) {
        let isFirst = state.withLock { state in
            defer { state.hasShared = true }
            return !state.hasShared
        }
        guard isFirst else { throw .malformed("a client that asks for memory twice") }
        let way = link.offerMemory()
        state.withLock { $0.offered = way }
    }

    private func takeIntroduction(_ frame: FrameSlice) throws {
        var frame = frame
        let (id, meant, processID) = try frame.read { reader in
            let id = try reader.bytes.read(UInt64.self)
            let meant = ManagerID(high: try reader.bytes.read(), low: try reader.bytes.read())
            return (id, meant, try reader.bytes.read(Int32.self))
        }
        // A successor at the same address is another manager, whose objects have the same numbers.
        guard meant == manager || meant == .none else {
            throw WireError.malformed("a client of another manager")
        }
        let client = ManagerSystem.Client(id: id, processID: processID, session: number)
        guard clientInformation == nil, client.id != 0, core.admits(client.id) else {
            throw WireError.malformed("a client that introduces itself twice")
        }
        state.withLock { $0.client = client }
    }
}

extension WireError {
    /// The frame of a client that has not said who it is.
    static let stranger = WireError.malformed("a frame of a client that did not introduce itself")
}
