import Testing

/// Records that a process without descriptors was ended by Dispatch, which looks at its threads through /proc now and then
/// and traps when it cannot open a file there.
func recordDispatchTrap(_ end: some Sendable, sourceLocation: SourceLocation = #_sourceLocation) {
    withKnownIssue("Dispatch does not survive the lack of descriptors", sourceLocation: sourceLocation) {
        Issue.record("\(end)", sourceLocation: sourceLocation)
    }
}
