import Glibc

// What the pool's tests send around; internal types, because that is what users have.

struct Order: Codable, Sendable, Hashable {
    var id: Int
    var total = 1.5
    var notes: [String] = []
}

struct DivisionByZero: Error, Codable, Hashable {
    var numerator: Int
}

/// An error that cannot travel as itself.
struct Plain: Error {
    var text: String
}

/// An error whose own encoding fails.
struct Unsendable: Error, Codable {
    init() {}
    init(from decoder: any Decoder) throws {}
    func encode(to encoder: any Encoder) throws { throw Plain(text: "no") }
}

/// A value that cannot be encoded when it is odd, or decoded when it is a multiple of ten.
struct Fussy: Codable, Sendable {
    var number: Int

    init(_ number: Int) { self.number = number }

    init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
        if number % 10 == 0 { throw Plain(text: "\(number) is not welcome") }
    }

    func encode(to encoder: any Encoder) throws {
        if number % 2 == 1 { throw Plain(text: "\(number) stays here") }
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

/// Ends the process as if from outside.
func killMyself() -> Int {
    kill(getpid(), SIGKILL)
    // The signal has been taken before kill returns, or is right after.
    while true { pause() }
}

func divide(_ numerator: Int, by denominator: Int) throws -> Int {
    guard denominator != 0 else { throw DivisionByZero(numerator: numerator) }
    return numerator / denominator
}

/// Writes to the standard error stream.
func complain(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while let start = rest.baseAddress, !rest.isEmpty {
            let written = write(STDERR_FILENO, start, rest.count)
            guard written > 0 else { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }
}
