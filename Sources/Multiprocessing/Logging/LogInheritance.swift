import MultiprocessingCore

/// What a child takes over of its parent's logger.
struct LogInheritance: Sendable {
    private var level: ProcessLogger.Level?
    private var logsToStandardError = false
    private var hasCollector = false

    /// What has to be passed to the child along with the bytes.
    private(set) var descriptors: [SharedDescriptor] = []

    /// How many descriptors come with the bytes.
    var descriptorCount: Int { hasCollector ? 1 : 0 }

    /// What a child that is started now takes over.
    static var current: LogInheritance {
        var inheritance = LogInheritance()
        inheritance.level = LogCenter.level
        inheritance.logsToStandardError = LogCenter.logsToStandardError
        do {
            inheritance.descriptors = try LogCenter.entranceForChildren().map { [$0] } ?? []
            inheritance.hasCollector = !inheritance.descriptors.isEmpty
        } catch {
            // The records cannot come here, so they are shown where they are made.
            inheritance.logsToStandardError = true
        }
        return inheritance
    }

    private init() {}

    /// Reads what `encode(into:)` has written; the descriptors come by themselves.
    init(from reader: inout ByteReader) throws(WireError) {
        level = ProcessLogger.Level(weight: try reader.read())
        logsToStandardError = try reader.read(UInt8.self) == 1
        hasCollector = try reader.read(UInt8.self) == 1
    }

    /// Appends what the child is told.
    func encode(into writer: inout ByteWriter) {
        writer.append(level?.weight ?? 0)
        writer.append(UInt8(logsToStandardError ? 1 : 0))
        writer.append(UInt8(hasCollector ? 1 : 0))
    }

    /// Sets up the logger of this process, which is the child; before anything is logged here.
    ///
    /// - Parameter descriptors: the child's copies of those in `descriptors`.
    func become(descriptors: [SharedDescriptor]) {
        let uplink = hasCollector ? descriptors.first.map { LogUplink($0) } : nil
        LogCenter.change { state in
            state.level = level
            state.logsToStandardError = logsToStandardError
            state.uplink = uplink
            // A forked copy finds its starter's here; they are kept, because tasks of that one wait at them.
            if let collector = state.collector.take() { _ = Unmanaged.passRetained(collector) }
            for queue in state.queues.values { _ = Unmanaged.passRetained(queue) }
            state.queues = [:]
            state.handler = nil
        }
    }
}
