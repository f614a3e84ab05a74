import MultiprocessingCore

/// Reads the results out of a delivery, one item after the other.
struct DeliveryReader {
    let delivery: Delivery
    private var taken = 0
    private var offset = 0
    private var opened = 0

    init(_ delivery: Delivery) {
        self.delivery = delivery
    }

    /// The next item's value or error; nil after the last one.
    mutating func next<Output: Decodable>(_ type: Output.Type) -> Result<Output, any Error>? {
        guard taken < delivery.count else { return nil }
        taken += 1
        switch delivery.content {
        case .lost(let error):
            return .failure(error)
        case .replies(let bytes, let parcels):
            return read(bytes, parcels)
        }
    }

    private mutating func read<Output: Decodable>(
        _ bytes: [UInt8], _ parcels: [Parcel]
    ) -> Result<Output, any Error> {
        unsafe bytes.withUnsafeBytes { raw in
            // The pool has copied whole messages only, so the header and what it announces are there.
            let frame = unsafe raw.loadUnaligned(fromByteOffset: offset, as: RingFrame.self)
            let start = offset + RingFrame.headerSize
            offset = start + Int(frame.length)
            var reader = unsafe ByteReader(UnsafeRawBufferPointer(rebasing: raw[start..<offset]))
            do {
                switch frame.kind {
                case PoolReply.value:
                    return .success(try reader.decode(Output.self))
                case PoolReply.valueWithDescriptors:
                    // The pool has added a parcel for each of these.
                    opened += 1
                    var message = MessageReader(reader, attachments: try parcels[opened - 1].open())
                    return .success(try message.decode(Output.self))
                default:
                    return .failure(try ErrorTransport.decode(from: &reader))
                }
            } catch {
                return .failure(
                    MultiprocessingError(
                        .undecodable, "the result of type \(Output.self) could not be decoded", cause: error))
            }
        }
    }
}
