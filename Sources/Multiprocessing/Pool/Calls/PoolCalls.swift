/// What takes calls: a pool, or a view of it that has options for its calls.
///
/// ```swift
/// func thumbnails(_ pool: some PoolCalls, _ photos: [Photo]) async throws -> [Photo] {
///     try await pool.map(photos) { $0.thumbnail() }
/// }
/// ```
///
/// Only ``ProcessPool`` and ``ProcessPool/View`` conform.
public protocol PoolCalls: Sendable {
    /// The pool, and how it is called.
    var callSite: PoolCallSite { get }
}

/// A pool, and the options of the calls that are made here; opaque.
public struct PoolCallSite: Sendable {
    let core: PoolCore
    let options: CallOptions
}
