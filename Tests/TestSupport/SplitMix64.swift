/// Steele, Lea and Flood's generator: gives the same numbers for the same start, so that a failure can be seen again.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Makes a generator that begins with this state.
    public init(state: UInt64) {
        self.state = state
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension Set where Element: Comparable {
    /// Picks an element: the same for the same start, unlike `randomElement(using:)`, because a set's order differs from
    /// run to run.
    public func pick(using generator: inout SplitMix64) -> Element? {
        sorted().randomElement(using: &generator)
    }
}
