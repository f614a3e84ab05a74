/// The sizes of the blocks that a queue's memory is cut into: four for each power of two.
///
/// A block is used again for its own size only, so that blocks never have to be cut up or joined: whoever finds the
/// memory of a queue after a crash can walk through it.
package enum BlockClass {
    /// The smallest block.
    package static let smallest = 64
    /// How many sizes there are; the largest is beyond every mapping.
    package static let count = 128

    /// Bytes of the blocks of a class.
    package static func size(_ number: Int) -> Int {
        let base = smallest << (number / 4)
        return base + (number % 4) * (base / 4)
    }

    /// The smallest class whose blocks have room for so many bytes.
    package static func number(holding bytes: Int) -> Int {
        guard bytes > smallest else { return 0 }
        let power = Int.bitWidth - 1 - bytes.leadingZeroBitCount
        var number = (power - 6) * 4
        while size(number) < bytes { number += 1 }
        return number
    }
}
