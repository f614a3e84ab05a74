/// Shared memory that any process of this user finds by its name.
package struct NamedSegment: Sendable {
    package let name: SegmentName
    private let page: SegmentPage
    private let path: String

    init(_ page: SegmentPage, name: SegmentName, path: String) {
        self.page = page
        self.name = name
        self.path = path
    }

    /// What no other memory has, also none that gets the same name later.
    package var id: SharedObject.ID { page.id }
    /// Bytes that can be used.
    package var count: Int { page.count }

    /// Whether this process is to remove the name.
    package var isOwned: Bool {
        page.owner.state == .process(.current) && page.numbers == SegmentPage.ownNumbers
    }

    /// Makes this process the owner, in place of whoever is.
    package func takeOwnership() throws(SegmentError) {
        guard page.numbers == SegmentPage.ownNumbers else {
            throw .foreign("its processes are those of another container")
        }
        guard page.isAt(path), page.owner.take(as: .current) else { throw .notFound }
    }

    /// From now on the name stays until somebody removes it by hand; false when this process was not the owner.
    @discardableResult
    package func giveUpOwnership() -> Bool { page.owner.giveUp(as: .current) }

    /// Removes the name, whoever owns it; mappings stay usable.
    package func unlink() throws(SegmentError) {
        let removed = try page.remove(path) { state in
            if case .removing(let stamp) = state { stamp.life == .ended } else { true }
        }
        if !removed { throw .notFound }
    }

    /// Removes the name if this process owns it.
    ///
    /// - Returns: whether there was something to remove.
    @discardableResult
    package func unlinkIfOwned() throws(SegmentError) -> Bool {
        try page.remove(path) { $0 == .process(.current) }
    }
}
