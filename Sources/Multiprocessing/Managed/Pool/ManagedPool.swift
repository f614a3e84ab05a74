import Distributed
import MultiprocessingCore

/// A pool of workers that lives in a manager's process; the `Pool` of Python's managers.
///
/// ```swift
/// let pool = try await manager.pool(workers: 4, running: [Resize.self])
/// let small = try await pool.apply(Resize(image: image))          // here, or in any process that has the proxy
/// ```
///
/// It runs tasks of the types that it was made for: a manager takes no closures from its clients, so there is no
/// method for one. A task of another type is refused with a ``MultiprocessingError`` with the code `notExported`. The
/// pool ends with its last proxy.
public distributed actor ManagedPool {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem

    private let hold: PoolHold
    private var pool: ProcessPool { hold.pool }
    private let types: Set<ObjectIdentifier>

    /// Makes a pool, in the manager's process.
    ///
    /// - Parameters:
    ///   - workers: how many processes; nil for one for each processor.
    ///   - types: the types of the tasks that it runs.
    ///   - actorSystem: the manager's.
    /// - Throws: a ``MultiprocessingError`` as `ProcessPool.init` does.
    public init(workers: Int? = nil, running types: [any ProcessTask.Type], actorSystem: ManagerSystem) throws
    {
        self.actorSystem = actorSystem
        self.types = Set(types.map { ObjectIdentifier($0) })
        hold = PoolHold(try ProcessPool(workers: workers))
        for type in types { type.becomeKnown() }
    }

    /// Runs a task in a worker.
    ///
    /// - Parameter task: the task.
    /// - Returns: what it returns.
    /// - Throws: what it throws, and what `ProcessPool.apply` does; a ``MultiprocessingError`` with the code
    ///   `notExported` for a task of a type that the pool was not made for.
    @discardableResult
    public distributed func apply<Work: ProcessTask>(_ task: Work) async throws -> Work.Output
    where Work.Output: Codable {
        try check(Work.self)
        return try await pool.apply(task)
    }

    /// Runs a task that returns nothing in a worker.
    ///
    /// - Parameter task: the task.
    /// - Throws: the same as the form for tasks that return something.
    public distributed func run<Work: ProcessTask>(_ task: Work) async throws where Work.Output == Void {
        try check(Work.self)
        try await pool.apply(task)
    }

    /// Runs tasks in the workers.
    ///
    /// - Parameter tasks: the tasks.
    /// - Returns: what they return, in their order.
    /// - Throws: the first of their errors; the same as ``apply(_:)`` otherwise.
    public distributed func map<Work: ProcessTask>(_ tasks: [Work]) async throws -> [Work.Output]
    where Work.Output: Codable {
        try check(Work.self)
        return try await pool.map(tasks)
    }

    private func check(_ type: any ProcessTask.Type) throws {
        guard types.contains(ObjectIdentifier(type)) else {
            throw MultiprocessingError(
                .notExported,
                "the managed pool was not made for tasks of type \(type): name it in running: […]")
        }
    }
}

/// Ends the pool with the object.
private final class PoolHold: Sendable {
    let pool: ProcessPool

    init(_ pool: ProcessPool) {
        self.pool = pool
    }

    deinit { pool.terminate() }
}

extension ProcessTask {
    /// From now on clients may name the type, and what it returns.
    fileprivate static func becomeKnown() {
        KnownTypes.add(Self.self)
        KnownTypes.add([Self].self)
        KnownTypes.add(Output.self)
    }
}
