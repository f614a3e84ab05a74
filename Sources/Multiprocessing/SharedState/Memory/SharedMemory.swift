import MultiprocessingCore
import Synchronization

/// Bytes that several processes have in common; Python's `shared_memory.SharedMemory`.
///
/// ```swift
/// let memory = try SharedMemory(count: 1 << 20)
/// let child = ChildProcess(memory) { memory in try memory.write([1, 2, 3], at: 0) }
/// ```
///
/// Memory without a name travels to other processes like any value, and the system frees it with its last user,
/// however that ends. Memory with a name is for processes that know nothing else of each other: any program of this
/// user finds it. Its name is removed when its owner, which is the process that made it, lets go of it or ends; users
/// never remove it. If the owner is killed, the next process that deals with names here removes it.
///
/// The bytes are there from the beginning, all zero: a machine that is full is an error at creation. Nothing keeps
/// processes from writing at the same time, so use a ``SharedLock`` where that matters.
public final class SharedMemory: Sendable {
    /// What is needed to use the bytes, until the handle is closed.
    struct Contents: Sendable {
        let region: MemoryRegion
        /// Of memory without a name.
        var file: SharedDescriptor?
    }

    struct State: Sendable {
        var contents: Contents?
        /// Removes the name, for the owner.
        var removal: Finalizer?
    }

    /// How many bytes can be used.
    public let count: Int
    let segment: NamedSegment?
    let state: Mutex<State>

    /// Makes memory without a name.
    ///
    /// - Parameter count: bytes, at least one.
    /// - Throws: a ``MultiprocessingError``: `invalidArgument` for a count below one, `noResources` when the machine has
    ///   no room for them.
    public convenience init(count: Int) throws {
        try Self.check(count)
        do {
            let file = SharedDescriptor(try SharedMapping.makeFile(named: "mp-memory", count: count))
            try self.init(file, count: count)
        } catch {
            throw MultiprocessingError(
                .noResources, "shared memory of \(count) bytes could not be made", cause: error)
        }
    }

    init(_ file: SharedDescriptor, count: Int) throws {
        let mapping = try SharedMapping(file.descriptor, offset: 0, count: count)
        self.count = count
        segment = nil
        state = Mutex(State(contents: Contents(region: MemoryRegion(mapping, count: count), file: file)))
    }

    init(_ segment: NamedSegment, _ memory: SharedMapping, isOwner: Bool) {
        count = segment.count
        self.segment = segment
        state = Mutex(
            State(
                contents: Contents(region: MemoryRegion(memory, count: segment.count)),
                removal: isOwner ? OwnedNames.add(segment) : nil))
    }

    deinit {
        state.withLock(\.self).removal?.run()
    }

    /// Whether this handle can be used no more.
    public var isClosed: Bool { state.withLock { $0.contents == nil } }

    /// Gives up the use of the bytes; Python's `close()`.
    ///
    /// More than once is the same as once. What uses them at the moment goes on undisturbed. The owner removes the name with that.
    public func close() {
        let old = state.withLock { state in
            defer { state = State() }
            return state
        }
        old.removal?.run()
    }

    /// The bytes, of a handle that is open.
    var region: MemoryRegion {
        get throws { try contents.region }
    }

    var contents: Contents {
        get throws {
            guard let contents = state.withLock({ $0.contents }) else {
                throw MultiprocessingError(.closed, "the handle of \(title) was closed")
            }
            return contents
        }
    }

    /// What errors call it.
    var title: String { segment.map { "the shared memory '\($0.name)'" } ?? "the shared memory" }

    static func check(_ count: Int) throws {
        guard count > 0 else {
            throw MultiprocessingError(
                .invalidArgument, "shared memory has at least one byte, and not \(count)")
        }
    }
}

extension SharedMemory: CustomStringConvertible {
    /// Its name, if it has one, and its size.
    public var description: String {
        name.map { "SharedMemory(name: \"\($0)\", count: \(count))" } ?? "SharedMemory(count: \(count))"
    }
}
