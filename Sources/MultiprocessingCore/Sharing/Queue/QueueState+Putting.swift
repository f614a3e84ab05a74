import Glibc

extension QueueState {
    /// Where a long message is to be written.
    package struct Place: Sendable {
        let offset: Int
    }

    /// Puts a short message in.
    package func put(_ bytes: [UInt8], _ descriptors: [SharedDescriptor] = []) throws(Failure) {
        let place = try begin(bytes.count, descriptors) { block throws in
            try unsafe write(bytes, into: block)
            try publish(block)
        }
        _ = place
        CrashPoint.pass("queue.put.unguarded")
        items.wake(1)
    }

    /// Makes room for a long message, which nobody else gets; `fill` follows.
    package func reserve(_ length: Int, _ descriptors: [SharedDescriptor] = []) throws(Failure) -> Place {
        do {
            try arena.expect(length)
        } catch {
            throw .system(error)
        }
        return try begin(length, descriptors) { _ in filling.value = filling.value &+ 1 }
    }

    /// Writes a long message to its place, and lets others take it.
    package func fill(_ place: Place, _ bytes: [UInt8]) throws(Failure) {
        do {
            let block = try arena.block(at: place.offset)
            CrashPoint.pass("queue.put.reserved")
            try unsafe write(bytes, into: block)
            CrashPoint.pass("queue.put.written")
            var failure: (any Error)?
            `guard`.withLock(repair: repair) {
                do {
                    filling.value = filling.value &- 1
                    try publish(block)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
        } catch {
            throw .damaged
        }
        CrashPoint.pass("queue.put.unguarded")
        items.wake(1)
    }

    private func begin(
        _ length: Int, _ descriptors: [SharedDescriptor], _ body: (Block) throws -> Void
    ) throws(Failure) -> Place {
        let result = `guard`.withLock(repair: repair) { () -> Result<Place, Failure> in
            do {
                let block = try allocate(length, descriptors)
                try body(block)
                return .success(Place(offset: block.offset))
            } catch let failure as Failure {
                return .failure(failure)
            } catch let error as SystemError {
                return .failure(.system(error))
            } catch {
                return .failure(.damaged)
            }
        }
        return try result.get()
    }

    /// A block for a message, with its descriptors in the box.
    private func allocate(_ length: Int, _ descriptors: [SharedDescriptor]) throws -> Block {
        if flags.value & Flag.shutDown != 0 { throw Failure.shutDown }
        if flags.value & Flag.finished != 0 { throw Failure.finished }
        if limit.value > 0, queued.value &+ filling.value >= limit.value { throw Failure.full }
        let block = try arena.allocate(length, for: .current)
        CrashPoint.pass("queue.put.allocated")
        block.length = length
        block.parcel = 0
        guard !descriptors.isEmpty else { return block }
        do {
            let number = lastParcel.value + 1
            lastParcel.value = number
            CrashPoint.pass("queue.put.numbered")
            guard try box.put(number, descriptors) else { throw Failure.noRoom }
            CrashPoint.pass("queue.put.parcelled")
            block.parcel = number
        } catch {
            arena.release(block)
            throw error
        }
        return block
    }

    @unsafe private func write(_ bytes: [UInt8], into block: Block) throws {
        let target = try unsafe arena.bytes(of: block, count: bytes.count)
        unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }

    /// Lets others take a block's message, inside the guard.
    private func publish(_ block: Block) throws {
        let number = lastSequence.value + 1
        lastSequence.value = number
        block.sequence = number
        CrashPoint.pass("queue.put.sequenced")
        block.set(.queued)
        CrashPoint.pass("queue.put.queued")
        try append(block)
        CrashPoint.pass("queue.put.appended")
        queued.value = queued.value &+ 1
        CrashPoint.pass("queue.put.counted")
    }
}
