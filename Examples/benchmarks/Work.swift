/// The work of the cases; the same as every peer does.
func nothing(_ value: Int) -> Int {
    value
}

/// Counts the primes below a limit by trial division with odd and even divisors.
///
/// Never inlined, so that workers run the same instructions as this process.
@inline(never)
func countPrimes(below limit: Int) -> Int {
    var count = 0
    for candidate in 2..<limit {
        var divisor = 2
        while divisor * divisor <= candidate, candidate % divisor != 0 { divisor += 1 }
        count += divisor * divisor > candidate ? 1 : 0
    }
    return count
}

/// Makes a byte string as long as the one that came.
func newPayload(_ payload: [UInt8]) -> [UInt8] {
    [UInt8](repeating: 0x5A, count: payload.count)
}
