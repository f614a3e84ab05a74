import Glibc

/// Room for shared memory, taken at its creation: a machine that is full is an error then and no signal later.
enum MemoryReserve {
    /// How much is asked for at once.
    ///
    /// A signal takes the room of an unfinished call back, so with one call for
    /// everything a program that gets many signals would never have it all.
    private static let step = 16 << 20
    private static let smallestStep = 256 << 10
    /// Below so many bytes nobody asks what the machine has: the answer takes longer than the rest.
    private static let unaskedCount = 16 << 20

    /// Gives an empty file `count` bytes, all zero and all there.
    static func fill(_ file: borrowing Descriptor, count: Int) throws(SystemError) {
        guard count >= 0, count <= Int.max - step else { throw SystemError(code: EFBIG, call: "ftruncate") }
        try ask(for: count)
        guard ftruncate(file.raw, off_t(count)) == 0 else { throw .last("ftruncate") }
        try take(0..<count, of: file)
    }

    /// Gives a file that may grow the bytes of a range, all there; it is longer then, if it was not before.
    static func extend(_ file: borrowing Descriptor, _ range: Range<Int>) throws(SystemError) {
        try ask(for: range.count)
        try take(range, of: file)
    }

    /// The kernel promises room that it does not have, and ends processes when they use it.
    private static func ask(for count: Int) throws(SystemError) {
        if count > unaskedCount, let available = available(), count > available {
            throw SystemError(code: ENOMEM, call: "posix_fallocate")
        }
    }

    private static func take(_ range: Range<Int>, of file: borrowing Descriptor) throws(SystemError) {
        var step = step
        var start = range.lowerBound
        while start < range.upperBound {
            let length = min(step, range.upperBound - start)
            switch posix_fallocate(file.raw, off_t(start), off_t(length)) {
            case 0: start += length
            case EINTR: step = max(smallestStep, step / 2)
            case let code: throw SystemError(code: code, call: "posix_fallocate")
            }
        }
    }

    /// Bytes that the machine and this process's control group have left; nil where nobody says.
    private static func available() -> Int? {
        [TextFile.read("/proc/meminfo").flatMap(machine), ControlGroup.memoryLeft].compactMap(\.self).min()
    }

    /// What is free, and what the kernel can make free, from lines such as "MemAvailable:  1024 kB".
    static func machine(_ text: String) -> Int? {
        var sum: Int?
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 2, words[0] == "MemAvailable:" || words[0] == "SwapFree:",
                let count = Int(words[1])
            else { continue }
            sum = (sum ?? 0) + count << 10
        }
        return sum
    }
}
