import MultiprocessingCore

/// Reads the results out of a delivery, one item after the other.
struct DeliveryReader {
    /// What is left of values that lie side by side.
    private struct Run {
        var offset: Int
        var count: Int
        let spacing: Int
    }

    let delivery: Delivery
    private var taken = 0
    private var offset = 0
    private var opened = 0
    private var run: Run?

    init(_ delivery: Delivery) {
        self.delivery = delivery
    }

    /// The next item's value or error; nil after the last one.
    ///
    /// - Parameters:
    ///   - arrays: what makes the arrays that long values become.
    ///   - expected: how many values like this one are likely to follow.
    /// - Returns: nil after the last item.
    mutating func next<Output: Decodable & Sendable>(
        with arrays: inout PlainArrayReader<Output>, expecting expected: Int = 0
    ) -> Result<Output, any Error>? {
        guard taken < delivery.count else { return nil }
        taken += 1
        switch delivery.content {
        case .lost(let error):
            return .failure(error)
        case .long(let loan):
            return Self.read(loan, &arrays, expected)
        case .replies(let bytes, let parcels):
            return run == nil ? read(bytes, parcels) : .success(readValue(bytes))
        }
    }

    /// Appends the rest of the values that lie side by side with the one that was taken last.
    mutating func takeRun<Output>(into outputs: inout [Output]) {
        guard let run, case .replies(let bytes, _) = delivery.content else { return }
        self.run = nil
        taken += run.count
        unsafe bytes.withUnsafeBytes { raw in
            let values = unsafe raw[run.offset..<(run.offset + run.count * run.spacing)]
            outputs += unsafe [Output](unsafeUninitializedCapacity: run.count) {
                unsafe UnsafeMutableRawBufferPointer($0).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: values))
                $1 = run.count
            }
        }
    }

    /// The next value of the run, which holds values of this type.
    private mutating func readValue<Output>(_ bytes: [UInt8]) -> Output {
        unsafe withUnsafeTemporaryAllocation(of: Output.self, capacity: 1) { place in
            // `open` has found that there are so many values of this type; plain numbers are their bytes.
            if var run {
                unsafe bytes.withUnsafeBytes { raw in
                    let value = unsafe raw[run.offset..<(run.offset + run.spacing)]
                    unsafe UnsafeMutableRawBufferPointer(place).copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: value))
                }
                run.offset += run.spacing
                run.count -= 1
                self.run = run.count > 0 ? run : nil
            }
            return unsafe place[0]
        }
    }

    /// The value of a loan: an array is copied from there, everything else is decoded from a copy.
    private static func read<Output: Decodable & Sendable>(
        _ loan: RingLoan, _ arrays: inout PlainArrayReader<Output>, _ expected: Int
    ) -> Result<Output, any Error> {
        if let array = loan.array(of: Output.self) { return .success(array) }
        if let array = loan.withBytes({ unsafe arrays.read($0, expecting: expected) }) {
            return .success(array)
        }
        return Result {
            try unsafe loan.withCopy { bytes in
                var reader = unsafe ByteReader(bytes)
                return try reader.decode(Output.self)
            }
        }.mapError(Self.undecodable(Output.self))
    }

    private static func undecodable<Output>(_ type: Output.Type) -> (any Error) -> any Error {
        { MultiprocessingError(.undecodable, "the result of type \(type) could not be decoded", cause: $0) }
    }

    private mutating func read<Output: Decodable>(
        _ bytes: [UInt8], _ parcels: [Parcel]
    ) -> Result<Output, any Error> {
        do {
            let found: Result<Output, any Error>? = try unsafe bytes.withUnsafeBytes { raw in
                // The pool has copied whole messages only, so the header and what it announces are there.
                let frame = unsafe raw.loadUnaligned(fromByteOffset: offset, as: RingFrame.self)
                let start = offset + RingFrame.headerSize
                offset = start + Int(frame.length)
                let payload = unsafe UnsafeRawBufferPointer(rebasing: raw[start..<offset])
                var reader = unsafe ByteReader(payload)
                switch frame.kind {
                case PoolReply.value:
                    return .success(try reader.decode(Output.self))
                case PoolReply.valueWithDescriptors:
                    // The pool has added a parcel for each of these.
                    opened += 1
                    var message = MessageReader(reader, attachments: try parcels[opened - 1].open())
                    return .success(try message.decode(Output.self))
                case PoolReply.run:
                    try unsafe openRun(payload, at: start, of: Output.self)
                    return nil
                default:
                    return .failure(try ErrorTransport.decode(from: &reader))
                }
            }
            return found ?? .success(readValue(bytes))
        } catch {
            return .failure(Self.undecodable(Output.self)(error))
        }
    }

    /// Finds the values of a run, which are of this type.
    ///
    /// - Throws: when they are not; none of them is a result then, and each of their items has this error.
    private mutating func openRun<Output>(
        _ payload: UnsafeRawBufferPointer, at start: Int, of type: Output.Type
    ) throws(WireError) {
        guard let header = unsafe RunHeader(of: payload) else { throw .truncated }
        let values = unsafe UnsafeRawBufferPointer(rebasing: payload[header.values])
        let layout = Output.self == Nothing.self ? .empty : PackedLayout.find(Output.self)
        guard let layout, layout.spacing == Int(header.spacing), unsafe layout.accepts(values) else {
            // The pool counts all of them, so they come out here as often as it does.
            if header.count > 1 { offset -= RingFrame.headerSize + payload.count }
            throw .malformed("values that are not of this type")
        }
        run = Run(
            offset: start + header.values.lowerBound, count: Int(header.count), spacing: layout.spacing)
    }
}
