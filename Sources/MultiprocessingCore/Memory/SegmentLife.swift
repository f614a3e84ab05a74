/// What has become of a name of shared memory, and of the process that is to remove it.
package enum SegmentLife: Hashable, Sendable {
    /// The owner, with this number, lives.
    case owned(Int32)
    /// Nobody is to remove it.
    case unowned
    /// A living process is removing it.
    case beingRemoved(Int32)
    /// The owner, or whoever was removing it, has ended.
    case abandoned(Int32)
    /// The owner is a process of another container, of which nobody here can say whether it lives.
    case elsewhere
    /// It is not memory that programs of this user made.
    case foreign
    /// There is no such name.
    case absent
}
