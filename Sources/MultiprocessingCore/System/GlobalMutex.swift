import Glibc

/// A lock of the whole process, which a forked copy of the process finds free, and what it guards whole.
///
/// Whatever is `static` and guarded uses this one instead of a `Mutex`: of a `Mutex`, the copy would inherit that a
/// thread holds it which the copy does not have. It is a lock of POSIX threads, because a `Mutex` remembers the
/// thread that holds it, and the copy's thread has another number.
@safe package final class GlobalMutex<Value>: @unchecked Sendable {
    // @unchecked because of the value, which is used by the holder of the lock only.
    private let lock = ForkSafeLock()
    private var value: Value

    package init(_ value: sending Value) {
        self.value = value
        ForkGate.register(lock)
    }

    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}

/// A lock that knows nothing of threads: a forked copy of its holder may give it back.
@safe final class ForkSafeLock: @unchecked Sendable {
    // @unchecked because of the pointer, which is there for as long as the lock is.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    func lock() { unsafe pthread_mutex_lock(mutex) }
    func tryLock() -> Bool { unsafe pthread_mutex_trylock(mutex) == 0 }
    func unlock() { unsafe pthread_mutex_unlock(mutex) }
}
