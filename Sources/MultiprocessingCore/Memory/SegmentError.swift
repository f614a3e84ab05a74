/// Why shared memory could not be made or reached by its name.
package enum SegmentError: Error, Hashable, Sendable {
    /// There is no memory of this name, or not any more.
    case notFound
    case taken
    /// There is a file of this name, and it is not memory that this user's programs made, for the reason given.
    case foreign(String)
    case system(SystemError)
}
