/// Work as a type: its stored values are the arguments, `run` is what the other process does.
///
/// ```swift
/// struct Resize: ProcessTask {
///     let image: Image
///     func run() async throws -> Image { image.resized() }
/// }
/// let small = try await pool.apply(Resize(image: image))
/// ```
///
/// A task is sent by the name of its type and its encoded values, so nothing is ever captured by accident.
/// It answers to a Python class with `__call__` that is put on a pool.
public protocol ProcessTask: Codable, Sendable {
    /// What `run` returns: `Void`, or a `Codable` type that travels back.
    associatedtype Output: Sendable = Void

    /// Does the work, in the other process.
    ///
    /// - Returns: the result, which is sent back.
    /// - Throws: whatever the work throws; the error is sent back as well.
    func run() async throws -> Output
}
