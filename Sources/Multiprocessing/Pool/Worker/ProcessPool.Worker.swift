import MultiprocessingCore
import Synchronization

extension ProcessPool {
    /// The worker that runs the code which asks.
    ///
    /// ```swift
    /// let who = try await pool.apply { ProcessPool.Worker.current?.seat }
    /// ```
    public struct Worker: Sendable, Hashable, Codable {
        /// The worker's place in its pool, counted from 0, which its successor may have too.
        public let seat: Int
        /// How many tasks the worker has begun, the present one included.
        ///
        /// A chunk is one task, and so are tiny inputs of a stream that travel together.
        public let tasks: Int

        private static let owner = Atomic<Int32>(0)
        private static let place = Atomic<Int>(0)
        private static let count = Atomic<Int>(0)

        /// The budget of the pool that this process works for.
        private static let ownBudget = GlobalMutex<SharedObject.ID?>(nil)

        static var budget: SharedObject.ID? {
            get { ThreadPlace.current?.budget ?? ownBudget.withLock { $0 } }
            set { ownBudget.withLock { $0 = newValue } }
        }

        /// The worker that this process is, or the one on whose thread the task began; nil outside of pools' tasks.
        public static var current: Worker? {
            if let place = ThreadPlace.current { return place.worker }
            // A copy of a worker that was forked is none.
            guard owner.load(ordering: .acquiring) == ThisProcess.id else { return nil }
            return Worker(seat: place.load(ordering: .relaxed), tasks: count.load(ordering: .relaxed))
        }

        /// This process becomes a worker.
        static func become(seat: Int) {
            place.store(seat, ordering: .relaxed)
            count.store(0, ordering: .relaxed)
            owner.store(ThisProcess.id, ordering: .releasing)
        }

        /// The next task begins.
        static func beginTask() {
            count.wrappingAdd(1, ordering: .relaxed)
        }
    }
}
