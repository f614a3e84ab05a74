import MultiprocessingCore

// Answers: appended to what is sent next, or sent.
extension ClientSession {
    func answer<Value: Codable>(_ id: UInt64, value: Value) {
        append(id, value: value)
        flush()
    }

    func answerNothing(_ id: UInt64) {
        appendNothing(id)
        flush()
    }

    func answer(_ id: UInt64, error: any Error) {
        append(id, error: error)
        flush()
    }

    func append<Value: Codable>(_ id: UInt64, value: Value) {
        do {
            guard let form = BinaryEncoder.directForm(of: Value.self) else {
                return try appendComposed(id, value)
            }
            try link.append(.value) { writer in
                writer.append(id)
                writer.append(UInt16(0))
                form.write(value, to: &writer)
            }
        } catch {
            append(
                id,
                error: error as? MultiprocessingError
                    ?? MultiprocessingError(
                        .unencodable, "what a managed object returned could not be encoded", cause: error))
        }
    }

    /// Appends a value that may hold managed objects and descriptors.
    private func appendComposed(_ id: UInt64, _ value: some Codable) throws {
        let grants = GrantList(self)
        var message = MessageWriter()
        do {
            try message.append(encoding: value, for: grants.userInfo)
            let numbers = grants.all
            try link.append(.value, attachments: message.attachments) { writer in
                writer.append(id)
                writer.append(UInt16(numbers.count))
                for number in numbers { writer.append(number) }
                writer.append(contentsOf: message.bytes.bytes)
            }
        } catch {
            grants.revoke()
            throw error
        }
    }

    func appendNothing(_ id: UInt64) {
        try? link.append(.nothing) { $0.append(id) }
    }

    func append(_ id: UInt64, error: any Error) {
        try? link.append(.failure) { writer in
            writer.append(id)
            ErrorTransport.encodeKeyed(error, into: &writer)
        }
    }

    /// What the loop answers goes together, when it has read what there is.
    private func flush() {
        if core.loop.isCurrent {
            core.loop.answered(self)
        } else {
            link.flush()
        }
    }
}
