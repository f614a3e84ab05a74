import MultiprocessingCore

/// What somebody does between two looks at memory: nothing, and from time to time others get the processor.
///
/// More may want to run than there are processors, also the one that is looked for.
struct Pace {
    private static let looks = 8
    private var count = 0

    init() {}

    mutating func wait() {
        count += 1
        if Attention.hasOneProcessor || count % Self.looks == 0 {
            Processor.yield()
        } else {
            for _ in 0..<8 { Processor.pause() }
        }
    }
}
