import MultiprocessingCore

extension ManagerSystem {
    /// What tells a managed object from all others, wherever they live.
    ///
    /// It travels in messages of the library's. Whoever holds it keeps the object alive, as a proxy does.
    public struct ActorID: Hashable, Sendable, CustomStringConvertible {
        /// What it consists of; one reference, because every call copies it.
        private final class Parts: Sendable {
            let manager: ManagerID
            let number: UInt64
            let address: ListenerAddress?
            let hold: ProxyHold?
            /// The way to the object, where it is known.
            let peer: ManagerPeer?

            init(_ manager: ManagerID, _ number: UInt64, _ address: ListenerAddress?, _ hold: ProxyHold?) {
                self.manager = manager
                self.number = number
                self.address = address
                self.hold = hold
                peer = hold?.peer
            }
        }

        private let parts: Parts

        var manager: ManagerID { parts.manager }
        var number: UInt64 { parts.number }
        /// How others reach the manager; nil for one without an address.
        var address: ListenerAddress? { parts.address }
        /// What keeps the object alive from another process.
        var hold: ProxyHold? { parts.hold }
        /// The way to the object, if it is held and lives elsewhere.
        var heldPeer: ManagerPeer? {
            guard let peer = parts.peer, peer.isCurrent else { return nil }
            return peer
        }

        init(manager: ManagerID, number: UInt64, address: ListenerAddress?, hold: ProxyHold? = nil) {
            parts = Parts(manager, number, address, hold)
        }

        /// Whether both mean the same object of the same manager.
        ///
        /// - Parameters:
        ///   - left: one.
        ///   - right: another.
        /// - Returns: false also for the same number of two managers.
        public static func == (left: ActorID, right: ActorID) -> Bool {
            left.number == right.number && left.manager == right.manager
        }

        /// Hashes what tells the object from others.
        ///
        /// - Parameter hasher: where to.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(manager)
            hasher.combine(number)
        }

        /// The number, and the manager's address if it has one.
        public var description: String {
            "object \(number) of the manager\(address.map { " at \($0)" } ?? "")"
        }
    }
}

extension ManagerSystem.ActorID: Codable {
    private enum CodingKeys: CodingKey {
        case high, low, number, sender, token, address
    }

    /// Decodes an identifier, and holds the object from now on.
    ///
    /// - Parameter decoder: that of a message of the library's.
    /// - Throws: what the decoder throws for other bytes.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let manager = ManagerID(
            high: try fields.decode(UInt64.self, forKey: .high),
            low: try fields.decode(UInt64.self, forKey: .low))
        let number = try fields.decode(UInt64.self, forKey: .number)
        let address = try fields.decodeIfPresent(ListenerAddress.self, forKey: .address)
        let departure = ReferenceTable.Departure(
            sender: try fields.decode(UInt64.self, forKey: .sender),
            token: try fields.decode(UInt64.self, forKey: .token))
        self.init(
            manager: manager, number: number, address: address,
            hold: ManagerDirectory.arrived(manager, number, address: address, departure))
    }

    /// Encodes the identifier; in a message of the library's the object lives on until that is received.
    ///
    /// - Parameter encoder: any.
    /// - Throws: what the encoder throws; a ``MultiprocessingError`` for an object that lives in no manager.
    public func encode(to encoder: any Encoder) throws {
        guard manager != .none else {
            throw MultiprocessingError(
                .notTransferable,
                "an object that was not made by a manager lives in this process only; use Manager.create")
        }
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(manager.high, forKey: .high)
        try fields.encode(manager.low, forKey: .low)
        try fields.encode(number, forKey: .number)
        try fields.encodeIfPresent(address, forKey: .address)
        let departure = departure(encoder)
        try fields.encode(departure.sender, forKey: .sender)
        try fields.encode(departure.token, forKey: .token)
    }

    /// What the receiver shows to the manager: that it was given the object, or that it was on its way.
    private func departure(_ encoder: any Encoder) -> ReferenceTable.Departure {
        if let recipient = encoder.userInfo[.managerRecipient] as? GrantList, recipient.give(self) {
            return .granted
        }
        return encoder is any AttachingEncoder ? ManagerDirectory.depart(self) : .untracked
    }
}
