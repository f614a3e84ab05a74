import MultiprocessingCore

/// A limit of the operating system's on what one process may use.
///
/// ```swift
/// options.limits = [ResourceLimit(.openFiles, 64), ResourceLimit(.addressSpace, 1 << 30)]
/// ```
public struct ResourceLimit: Sendable, Hashable {
    /// What is limited.
    public struct Resource: Sendable, Hashable {
        let number: Int32

        /// Open descriptors.
        public static let openFiles = Resource(number: LimitedResource.openFiles)
        /// Seconds of processor time; over the limit the process gets SIGXCPU, over the hard one SIGKILL.
        public static let processorTime = Resource(number: LimitedResource.processorTime)
        /// Bytes of address space; over it, taking memory fails.
        public static let addressSpace = Resource(number: LimitedResource.addressSpace)
        /// Bytes of the initial thread's stack.
        public static let stackSize = Resource(number: LimitedResource.stackSize)
        /// Bytes of a core file.
        public static let coreFileSize = Resource(number: LimitedResource.coreFileSize)
        /// Bytes of a file that the process writes; over it, the process gets SIGXFSZ.
        public static let fileSize = Resource(number: LimitedResource.fileSize)
        /// Processes and threads of the process's user, all programs together.
        public static let processes = Resource(number: LimitedResource.processes)
        /// Bytes that are locked in memory.
        public static let lockedMemory = Resource(number: LimitedResource.lockedMemory)
    }

    /// What is limited.
    public let resource: Resource
    /// The limit that counts, which the process itself may raise up to the hard one.
    public let soft: UInt64
    /// The most that the limit can be raised to.
    public let hard: UInt64

    /// A limit.
    ///
    /// - Parameters:
    ///   - resource: what is limited.
    ///   - soft: the limit that counts; `UInt64.max` for none.
    ///   - hard: the most that it can be raised to; nil for the same.
    public init(_ resource: Resource, _ soft: UInt64, hard: UInt64? = nil) {
        self.resource = resource
        self.soft = soft
        self.hard = hard ?? soft
    }
}
