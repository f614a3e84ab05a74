import MultiprocessingCore

/// What workers run at the beginning and the end of their lives, encoded once for all of them.
struct WorkerHooks: Sendable {
    var initializer = WorkerHook()
    var finalizer: WorkerHook?
    /// The budget that the workers share with those of other pools.
    var budget: WorkerHook?

    /// Whether descriptors go with them.
    var hasAttachments: Bool {
        [initializer, finalizer, budget].contains { $0?.attachments.isEmpty == false }
    }

    /// No hooks.
    init() {}

    /// The hooks of a pool.
    ///
    /// - Throws: `ClosureRefusedError` when a closure cannot be sent.
    init(
        initializer: (@concurrent @Sendable () async throws -> Void)?,
        finalizer: (@concurrent @Sendable () async throws -> Void)?,
        budget: ConcurrencyBudget? = nil
    ) throws {
        if let initializer { self.initializer = try WorkerHook(VoidBody0(body: initializer), "initializer") }
        if let finalizer { self.finalizer = try WorkerHook(VoidBody0(body: finalizer), "finalizer") }
        if let budget { self.budget = try WorkerHook(value: budget) }
    }
}

/// Something that a worker does once: the number of descriptors, and a body, if there is one.
struct WorkerHook: Sendable {
    let bytes: [UInt8]
    /// The descriptors in it.
    let attachments: [SharedDescriptor]

    /// Nothing to do.
    init() {
        (bytes, attachments) = ([0, 0], [])
    }

    init(_ body: VoidBody0, _ label: String) throws {
        var message = MessageWriter()
        message.bytes.append(UInt16(0))
        do {
            try InvocationCoder.encode(body, context: Nothing(), into: &message)
        } catch  where error is EncodingError || error is WireError {
            throw MultiprocessingError(
                .unencodable, "what the pool's \(label) captures could not be encoded", cause: error)
        }
        message.bytes.overwrite(at: 0, with: UInt16(message.attachments.count))
        (bytes, attachments) = (message.bytes.bytes, message.attachments)
    }

    /// A value instead of a body.
    init(value: some Codable) throws {
        var message = MessageWriter()
        message.bytes.append(UInt16(0))
        try message.append(encoding: value)
        message.bytes.overwrite(at: 0, with: UInt16(message.attachments.count))
        (bytes, attachments) = (message.bytes.bytes, message.attachments)
    }

    /// Decodes the value in a worker.
    static func decodeValue<Value: Codable>(
        _ reader: inout ByteReader, parcel: (Int) -> Parcel
    ) throws -> Value {
        let parcel = parcel(Int(try reader.read(UInt16.self)))
        var message = MessageReader(reader, attachments: try parcel.open())
        return try message.decode(Value.self)
    }

    /// Decodes the body in a worker, which hands out the descriptors; nil when there is nothing to do.
    static func decode(
        _ reader: inout ByteReader, parcel: (Int) -> Parcel
    ) throws -> (@Sendable () async throws -> Void)? {
        let parcel = parcel(Int(try reader.read(UInt16.self)))
        guard reader.remaining > 0 else { return nil }
        var message = MessageReader(reader, attachments: try parcel.open())
        return try InvocationCoder.decode(from: &message).prepare(&message)
    }
}
