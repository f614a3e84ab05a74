import MultiprocessingCore

/// A record as a packet that goes from a child to the process that collects.
extension ProcessLogger.Record {
    /// The most bytes that a packet has: every local socket has room for a packet of this size.
    static let packetLimit = 96 << 10

    /// The packet; a message that would make it too long is cut, with a mark at its end.
    var packet: [UInt8] {
        var writer = ByteWriter()
        let (seconds, attoseconds) = time.components
        writer.append(seconds)
        writer.append(attoseconds)
        writer.append(level.weight)
        writer.append(process.pid)
        writer.append(UInt64(line))
        for text in [process.name, fileID, function] { writer.append(string: text) }
        let pairs = Self.shortened(metadata)
        writer.append(UInt32(pairs.count))
        for (key, value) in pairs {
            writer.append(string: key)
            writer.append(string: value)
        }
        let length = MemoryLayout<UInt32>.size
        writer.append(string: message.cut(toBytes: Self.packetLimit - writer.count - length))
        return writer.bytes
    }

    /// As much of the metadata as a packet takes besides a message.
    private static func shortened(_ metadata: [String: String]) -> [(key: String, value: String)] {
        var pairs = metadata.sorted { $0.key < $1.key }
        var room = packetLimit / 3
        let kept = pairs.prefix { pair in
            room -= pair.key.utf8.count + pair.value.utf8.count + 16
            return room >= 0
        }.count
        guard kept < pairs.count else { return pairs }
        let missing = pairs.count - kept
        pairs.removeLast(missing)
        return pairs + [(key: "…", value: "\(missing) were left out")]
    }

    /// Reads what a child has sent.
    init(packet: ArraySlice<UInt8>) throws(WireError) {
        self = try unsafe packet.span.bytes.withUnsafeBytes { bytes throws(WireError) in
            var reader = unsafe ByteReader(bytes)
            return try Self(from: &reader)
        }
    }

    private init(from reader: inout ByteReader) throws(WireError) {
        let (seconds, attoseconds) = (try reader.read(Int64.self), try reader.read(Int64.self))
        time = Duration(secondsComponent: seconds, attosecondsComponent: attoseconds)
        guard let level = ProcessLogger.Level(weight: try reader.read()) else {
            throw .malformed("a log record without a level")
        }
        self.level = level
        let pid = try reader.read(Int32.self)
        line = UInt(truncatingIfNeeded: try reader.read(UInt64.self))
        process = ProcessInformation(name: try reader.readString(), pid: pid)
        fileID = try reader.readString()
        function = try reader.readString()
        var pairs: [String: String] = [:]
        for _ in 0..<(try reader.read(UInt32.self)) {
            pairs[try reader.readString()] = try reader.readString()
        }
        metadata = pairs
        message = try reader.readString()
    }
}

extension String {
    /// The string if it has at most so many UTF-8 bytes, else its beginning and a mark, together at most so many.
    fileprivate func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        // Room for the mark with any number in it; a limit below that is one of a name of enormous length.
        let kept = utf8.prefix(max(0, limit - 48))
        // The view's slice begins and ends between scalars, wherever the limit falls.
        let start = String(unicodeScalars[..<kept.endIndex])
        return "\(start)… (\(utf8.count - start.utf8.count) bytes were cut off)"
    }
}
