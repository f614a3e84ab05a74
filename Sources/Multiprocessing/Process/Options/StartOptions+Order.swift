import MultiprocessingCore

extension StartOptions {
    /// What the child is told to change about itself.
    ///
    /// - Throws: an error with the code `invalidArgument` for what no process can be.
    func settings() throws(MultiprocessingError) -> ChildSettings {
        var settings = ChildSettings()
        if let workingDirectory {
            try Self.check(!workingDirectory.utf8.contains(0), "a path holds no NUL")
            settings.workingDirectory = workingDirectory
        }
        settings.environment = try variables()
        settings.outlivesParent = outlivesParent
        settings.isInspectable = isInspectable
        settings.userID = userID
        settings.groupID = groupID
        settings.supplementaryGroups = supplementaryGroups
        if let processors {
            try Self.check(!processors.isEmpty, "a child needs a processor to run on")
            try Self.check(
                processors.allSatisfy { (0..<1 << 16).contains($0) }, "processors are numbered from 0")
            settings.processors = processors.sorted().map(Int32.init)
        }
        if let niceness {
            try Self.check((-20...19).contains(niceness), "a niceness is -20 to 19, not \(niceness)")
            settings.niceness = Int32(niceness)
        }
        settings.limits = limits.map { .init(resource: $0.resource.number, soft: $0.soft, hard: $0.hard) }
        settings.group =
            switch processGroup {
            case .inherited: .inherited
            case .own: .own
            case .ownSession: .ownSession
            case .joined(let id): .joined(id)
            }
        return settings
    }

    /// All variables of the child; nil for those of this process.
    private func variables() throws(MultiprocessingError) -> [String]? {
        let changes: [String: String?]
        var variables: [String] = []
        switch environment {
        case .inherited:
            return nil
        case .updated(let updates):
            changes = updates
            variables = MultiprocessingCore.Environment.variables.filter { variable in
                let name = variable.prefix { $0 != "=" }
                return updates[String(name)] == nil
            }
        case .custom(let all):
            changes = all
        }
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
            try Self.check(
                !name.isEmpty && !name.contains("=") && !name.utf8.contains(0),
                "\"\(name)\" is no name of a variable")
            guard let value else { continue }
            try Self.check(!value.utf8.contains(0), "the value of \(name) holds a NUL")
            variables.append("\(name)=\(value)")
        }
        return variables
    }

    private static func check(_ isRight: Bool, _ message: String) throws(MultiprocessingError) {
        guard isRight else { throw MultiprocessingError(.invalidArgument, message) }
    }

    /// Where the child's streams lead, with a pipe for each that is captured.
    func streams(capturingOutput: OutputPipe?, error: OutputPipe?) throws -> StandardStreams {
        var streams = StandardStreams()
        streams.input =
            switch standardInput {
            case .null: .null
            case .inherited: .inherited
            case .descriptor(let raw): .file(try SharedDescriptor(duplicating: raw))
            }
        streams.output = try Self.target(standardOutput, capturingOutput)
        streams.error = try Self.target(standardError, error)
        return streams
    }

    private static func target(_ output: Output, _ pipe: OutputPipe?) throws -> StandardStreams.Target {
        switch output {
        case .null: .null
        case .inherited: .inherited
        case .captured: pipe.map { .file($0.end) } ?? .null
        case .descriptor(let raw): .file(try SharedDescriptor(duplicating: raw))
        }
    }
}
