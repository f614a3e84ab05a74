import MultiprocessingCore

/// What every child, whatever its role, takes over from the process that starts it.
struct Heritage {
    var name: String
    var path: [UInt32]
    var isDaemon: Bool
    var parentName: String
    var startMethod: StartMethod.Kind?
    var key: AuthenticationKey

    /// What a child of this process takes over.
    init(name: String, path: [UInt32], isDaemon: Bool, key: AuthenticationKey? = nil) throws {
        try ProcessNames.checkDepth()
        self.name = name
        self.path = path
        self.isDaemon = isDaemon
        parentName = ChildProcess.current.name
        startMethod = StartMethod.chosen
        self.key = try key ?? AuthenticationKey.current()
    }

    /// The order for a child with this role.
    func order(_ role: any HeirRole.Type, _ payload: [UInt8], _ descriptors: [SharedDescriptor] = [])
        -> LaunchOrder
    {
        var writer = ByteWriter()
        writer.append(string: name)
        writer.append(UInt32(path.count))
        for number in path { writer.append(number) }
        writer.append(UInt8(isDaemon ? 1 : 0))
        writer.append(string: parentName)
        writer.append(string: startMethod?.rawValue ?? "")
        let log = LogInheritance.current
        log.encode(into: &writer)
        writer.append(UInt32(key.count))
        key.secret.withBytes { writer.append(contentsOf: $0) }
        writer.append(contentsOf: payload)
        return LaunchOrder(role: role, payload: writer.bytes, descriptors: log.descriptors + descriptors)
    }

    /// Makes this process, which has just begun, the heir that its seat says; returns the rest, which is the role's.
    static func take(_ seat: ChildSeat) throws -> ChildSeat {
        try seat.payload.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            let name = try reader.readString()
            let path = try (0..<reader.read(UInt32.self)).map { _ in try reader.read(UInt32.self) }
            let isDaemon = try reader.read(UInt8.self) == 1
            let parent = ProcessInformation(name: try reader.readString(), pid: seat.parentID)
            StartMethod.inherit(StartMethod.Kind(rawValue: try reader.readString()))
            let log = try LogInheritance(from: &reader)
            let key = try reader.readBytes(Int(reader.read(UInt32.self)))
            AuthenticationKey(try SecretBytes(count: key.count) { $0.copyMemory(from: key) }).use()
            let current = ProcessInformation(name: name, pid: ThisProcess.id, isDaemon: isDaemon)
            ProcessNames.become(.init(current: current, parent: parent, path: path))
            ThisProcess.rename(name)
            let descriptors = seat.takeDescriptors()
            log.become(descriptors: descriptors)
            return seat.rest(
                payload: Array(try reader.readBytes(reader.remaining)),
                descriptors: Array(descriptors.dropFirst(log.descriptorCount)))
        }
    }
}

/// A role of a child that knows its family.
protocol HeirRole: ChildRole {
    /// Runs the child on its initial thread, after it has taken its heritage; calls `begun` right before it begins to do
    /// what it is for.
    static func begin(_ seat: ChildSeat, begun: () -> Void) throws -> Never
}

extension HeirRole {
    static func run(_ seat: ChildSeat) -> Never { run(seat) {} }

    static func run(_ seat: ChildSeat, begun: () -> Void) -> Never {
        do {
            try begin(Heritage.take(seat), begun: begun)
        } catch {
            StandardError.write("\(ChildProcess.current.name) cannot begin: \(error)\n")
            ThisProcess.exit(1)
        }
    }
}
