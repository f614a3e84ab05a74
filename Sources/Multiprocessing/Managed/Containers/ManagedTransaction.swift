/// Changes of a whole container that nobody else's change comes between.
enum ManagedTransaction {
    /// Changes a copy, and puts it in the container's place if that has not changed meanwhile; else does it again.
    ///
    /// Each time that it is done again somebody else's change was made, so not all of them can be.
    static func run<Content: Codable & Sendable, Result>(
        isolation: isolated (any Actor)? = #isolation,
        look: @Sendable () async throws -> VersionedContent<Content>,
        replace: @Sendable (Content, UInt64) async throws -> Bool,
        _ body: (inout Content) throws -> Result
    ) async throws -> Result {
        while true {
            let before = try await look()
            var content = before.content
            let result = try body(&content)
            if try await replace(content, before.version) { return result }
            try Task.checkCancellation()
        }
    }
}
