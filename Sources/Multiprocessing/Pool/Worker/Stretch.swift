import MultiprocessingCore

/// Items of a chunk that follow each other, whose arguments and values are used as they lie in memory.
@safe struct Stretch: @unchecked Sendable {
    // @unchecked because of the pointers: only the chunk's task uses them, while they are valid.
    private let slot: Slot
    private let first: Int
    private let count: Int
    /// Whether the beginning of each item is written down.
    private let isStamped: Bool
    /// Whether the pool may have taken back what has not begun.
    private let isDivisible: Bool
    private let spacing: (arguments: Int, values: Int)
    private var argument: UnsafeRawPointer
    private var value: UnsafeMutableRawPointer
    private(set) var begun = 0
    private(set) var returned = 0
    private(set) var isHalted = false

    /// Both places are aligned for what lies there, and have room for `count` of it.
    init(
        of slot: Slot, from first: Int, count: Int, isStamped: Bool,
        isDivisible: Bool, arguments: (place: UnsafeRawPointer, spacing: Int),
        values: (place: UnsafeMutableRawPointer, spacing: Int)
    ) {
        self.slot = slot
        self.first = first
        self.count = count
        self.isStamped = isStamped
        self.isDivisible = isDivisible
        unsafe argument = arguments.place
        unsafe value = values.place
        spacing = unsafe (arguments.spacing, values.spacing)
    }

    /// The arguments of the next item, which begins now; nil when there is none.
    @unsafe mutating func next<Arguments>(_ type: Arguments.Type = Arguments.self) -> UnsafePointer<
        Arguments
    >? {
        guard begun < count, !isHalted else { return nil }
        guard slot.begin(item: first + begun, stamped: isStamped) else {
            // What may not be divided is halted when this process is about to be ended.
            guard isDivisible else { ThisProcess.awaitEnd() }
            isHalted = true
            return nil
        }
        begun += 1
        defer { unsafe argument += spacing.arguments }
        return unsafe argument.assumingMemoryBound(to: Arguments.self)
    }

    /// The item returned.
    mutating func put<Output>(_ result: consuming Output) {
        unsafe value.assumingMemoryBound(to: Output.self).initialize(to: result)
        unsafe value += spacing.values
        returned += 1
    }
}
