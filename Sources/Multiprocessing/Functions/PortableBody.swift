import MultiprocessingCore

/// A piece of work that can be sent to another process: a closure of a fixed type, or a task type.
///
/// A body is sent as a reference to its own type, which carries the types of its arguments and result, and
/// as a reference to its closure. A body with a closure holds nothing else, so that its bits are the
/// closure's two words; a body without one holds nothing at all.
protocol PortableBody: Sendable {
    /// What the body is called with; encoded once for each call.
    associatedtype Arguments: Sendable
    /// What is common to many calls; it crosses once per worker.
    associatedtype Context: Codable & Sendable = Nothing
    associatedtype Output: Codable & Sendable

    /// How the arguments of many calls lie side by side; nil when they have to be encoded.
    static var packing: PackedLayout? { get }

    static func encode(_ arguments: Arguments, into writer: inout MessageWriter) throws
    static func decodeArguments(from reader: inout MessageReader) throws -> Arguments
    @concurrent func run(_ arguments: Arguments, _ context: Context) async throws -> Output

    /// Runs the items of a stretch, up to the first that throws.
    ///
    /// A loop around the closure itself: a call less for each item counts where items are tiny.
    @concurrent func run(_ stretch: inout Stretch, _ context: Context) async throws
}

/// The context of a body that has none, and the output of one that returns nothing.
struct Nothing: Codable, Sendable {
    init() {}
    init(from decoder: any Decoder) throws {}
    func encode(to encoder: any Encoder) throws {}
}

extension PortableBody {
    @concurrent func run(_ stretch: inout Stretch, _ context: Context) async throws {
        while let arguments = unsafe stretch.next(Arguments.self) {
            stretch.put(try await run(unsafe arguments.pointee, context))
        }
    }

    static var packing: PackedLayout? { .find(Arguments.self) }

    /// How results lie side by side; nil when they have to be encoded.
    static var resultPacking: PackedLayout? { Output.self == Nothing.self ? .empty : .find(Output.self) }

    /// The words of the closure; nil for a body without one.
    var functionWords: FunctionWords? {
        guard MemoryLayout<Self>.size == MemoryLayout<FunctionWords>.size else { return nil }
        // A body is a struct around one closure of a type that it declares itself, so no conversion happens
        // on the way and these are the closure's true words.
        return unsafe unsafeBitCast(self, to: FunctionWords.self)
    }

    /// The body around a closure that was decoded; nil when exactly one of the two is there.
    static func make(around function: borrowing OwnedFunction?) -> Self? {
        switch function {
        case .some(let function): function.closure(as: Self.self)
        // A body without a closure has no contents.
        case nil: MemoryLayout<Self>.size == 0 ? unsafe unsafeBitCast((), to: Self.self) : nil
        }
    }
}
