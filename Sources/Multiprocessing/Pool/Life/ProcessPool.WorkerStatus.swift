extension ProcessPool {
    /// A worker, as its pool sees it.
    public struct WorkerStatus: Sendable, Hashable, Codable {
        /// The name of the process, such as "PoolWorker-3".
        public let name: String
        /// The process identifier.
        public let processID: Int32
        /// The worker's place in the pool, counted from 0, which its successor may have too.
        public let seat: Int
        /// How long ago it was started.
        public let age: Duration
        /// How many tasks it has done; a chunk of a map is one task.
        public let tasks: Int
        /// The bytes of memory that it has resident; 0 when that cannot be found out.
        public let residentMemory: Int
    }
}
