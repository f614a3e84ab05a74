import Glibc
import MultiprocessingCore

@testable import Multiprocessing

/// The smallest handle that there can be: one end of a pipe.
struct PipeEnd: Codable, Sendable {
    let descriptor: SharedDescriptor

    init(_ descriptor: SharedDescriptor) { self.descriptor = descriptor }

    init(from decoder: any Decoder) throws {
        let index = try decoder.singleValueContainer().decode(Int.self)
        descriptor = try decoder.attachment(index, of: "a PipeEnd")
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(try encoder.attach(descriptor, of: "a PipeEnd"))
    }

    /// A reading and a writing end.
    static func pair() throws -> (reader: PipeEnd, writer: PipeEnd) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError.last("pipe") }
        // What is started meanwhile elsewhere closes everything that it does not know.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (
            PipeEnd(SharedDescriptor(Descriptor(adopting: ends[0]))),
            PipeEnd(SharedDescriptor(Descriptor(adopting: ends[1])))
        )
    }

    /// Another descriptor of the same end, with a number that is not below this one.
    func duplicated(from number: Int32 = 3) throws -> PipeEnd {
        let copy = fcntl(descriptor.raw, F_DUPFD_CLOEXEC, number)
        guard copy >= 0 else { throw SystemError.last("fcntl(F_DUPFD_CLOEXEC)") }
        return PipeEnd(SharedDescriptor(Descriptor(adopting: copy)))
    }

    func write(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor.raw, bytes, bytes.count) == bytes.count else {
            throw SystemError.last("write")
        }
    }

    /// Everything, up to the end of the last writing end.
    func readAll() throws -> String {
        var (text, bytes) = ("", [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let count = read(descriptor.raw, &bytes, bytes.count)
            guard count >= 0 else { throw SystemError.last("read") }
            if count == 0 { return text }
            text += String(decoding: bytes[..<count], as: UTF8.self)
        }
    }
}

/// A handle that is an object.
final class SharedEnd: Codable, Sendable {
    let end: PipeEnd
    init(_ end: PipeEnd) { self.end = end }
}

/// A handle that comes with others, in many forms.
struct Ends: Codable, Sendable {
    enum Choice: Codable, Sendable {
        case none
        case one(PipeEnd)
        case named(end: PipeEnd, name: String)
    }

    var list: [PipeEnd] = []
    var maybe: PipeEnd?
    var table: [String: PipeEnd] = [:]
    var choice = Choice.none
    var object: SharedEnd?

    /// The same end in every form.
    init(all end: PipeEnd) {
        (list, maybe, table, choice) = ([end, end], end, ["a": end, "b": end], .named(end: end, name: "n"))
        object = SharedEnd(end)
    }

    /// All ends, in order.
    var all: [PipeEnd] {
        let chosen: [PipeEnd] =
            switch choice {
            case .none: []
            case .one(let end), .named(let end, _): [end]
            }
        let named = table.sorted { $0.key < $1.key }.map(\.value)
        return list + [maybe].compactMap(\.self) + named + chosen + [object?.end].compactMap(\.self)
    }
}

/// Something that sends an end and does not want it where it arrives.
struct Unwanted: Codable, Sendable {
    let ends: [PipeEnd]
    let number: Int

    private enum CodingKeys: CodingKey {
        case ends, number
    }

    init(_ ends: [PipeEnd], number: Int) {
        self.ends = ends
        self.number = number
    }

    init(from decoder: any Decoder) throws {
        ends = []
        number = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .number)
    }
}
