/// A managed container with its last changes, and who waits for the next.
struct ContainerMachine<Model: ManagedModel>: WaitingMachine {
    var woken: [Wake<Bool>] = []
    private(set) var model: Model
    private var log = ChangeLog<Model.Operation>()
    private var line = WaitLineMachine<Void>()

    init(_ model: Model) {
        self.model = model
    }

    var version: UInt64 { log.version }

    var look: VersionedContent<Model.Content> { VersionedContent(content: model.content, version: version) }

    /// Makes all changes, or throws what the first of them throws that is wrong and makes none.
    mutating func perform(_ operations: [Model.Operation]) throws {
        guard operations.count != 1 else { return try perform(operations[0]) }
        try model.check(operations)
        for operation in operations { try perform(operation) }
    }

    /// Makes one change.
    mutating func perform(_ operation: Model.Operation) throws {
        try model.apply(operation)
        record(operation)
    }

    /// Makes several changes in the model's own way.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - change: makes them.
    ///   - operations: says which they are, for those who follow.
    /// - Throws: what `change` and `operations` throw, which is before any change is made.
    mutating func perform(
        _ count: Int, _ change: (inout Model) throws -> Void, _ operations: () throws -> [Model.Operation]
    ) throws {
        let followed = log.isOn ? try operations() : nil
        try change(&model)
        if let followed {
            for operation in followed { log.record(operation) }
        } else {
            log.skip(count)
        }
        wake()
    }

    /// Makes a change that needs a look first.
    mutating func perform<Result>(
        _ body: (inout Model) throws -> (Result, Model.Operation?)
    ) rethrows -> Result {
        let (result, operation) = try body(&model)
        if let operation { record(operation) }
        return result
    }

    /// Makes the content new, unless it has changed since a version; returns whether it did.
    mutating func replace(_ content: Model.Content, since version: UInt64) throws -> Bool {
        guard version == self.version else { return false }
        try perform([Model.replacing(with: content)])
        return true
    }

    /// Begins to keep changes; returns the version from which on.
    mutating func follow() -> UInt64 {
        log.turnOn()
        return version
    }

    /// Waits for a change after a version; nil when there is none yet.
    mutating func wait(after version: UInt64, ticket: UInt64) -> Bool? {
        if version < self.version { return true }
        line.append((), id: ticket)
        return nil
    }

    func page(after version: UInt64) -> ChangePage<Model.Operation> { log.page(after: version) }

    mutating func leave(_ ticket: UInt64) {
        _ = line.remove(ticket)
    }

    mutating func end(_ client: ManagerSystem.Client) {}

    private mutating func record(_ operation: Model.Operation) {
        log.record(operation)
        wake()
    }

    private mutating func wake() {
        while let (ticket, _) = line.first() {
            _ = line.remove(ticket)
            woken.append(Wake(ticket: ticket, outcome: true))
        }
    }
}

extension WaitingRoom {
    /// The changes of a container after a version, once there are some.
    nonisolated(nonsending) func changes<Model>(
        after version: UInt64
    ) async throws -> ChangePage<Model.Operation> where Machine == ContainerMachine<Model> {
        _ = try await wait(for: .calling, timeout: nil) { machine, ticket in
            machine.wait(after: version, ticket: ticket)
        }
        return update { $0.page(after: version) }
    }
}
