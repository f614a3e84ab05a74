extension QueueState {
    /// Takes the first message; a long one's bytes are read by `read`, which has to follow.
    package func take() throws(Failure) -> Taken {
        let result = `guard`.withLock(repair: repair) { () -> Result<Taken, Failure> in
            do {
                return .success(try takeFirst())
            } catch let failure as Failure {
                return .failure(failure)
            } catch let error as SystemError {
                return .failure(.system(error))
            } catch {
                return .failure(.damaged)
            }
        }
        let message = try result.get()
        CrashPoint.pass("queue.take.unguarded")
        if limit.value > 0 || !message.descriptors.isEmpty { space.wake(1) }
        return message
    }

    private func takeFirst() throws -> Taken {
        guard head.value != 0 else {
            if flags.value & Flag.shutDown != 0 { throw Failure.shutDown }
            throw flags.value & Flag.finished != 0 ? Failure.finished : Failure.empty
        }
        let block = try arena.block(at: Int(clamping: head.value))
        let parcel = block.parcel
        let descriptors = parcel == 0 ? [] : try box.look(for: parcel)
        let length = block.length
        let staysInHand = length > Self.shortLimit || delivery != .once
        // The bytes are checked and copied before the message is anybody's.
        let bytes = length > Self.shortLimit ? nil : try unsafe Array(arena.bytes(of: block, count: length))
        CrashPoint.pass("queue.take.looked")
        block.owner = .current
        block.set(.taken)
        CrashPoint.pass("queue.take.marked")
        _ = try popHead()
        CrashPoint.pass("queue.take.popped")
        queued.value = queued.value &- 1
        if parcel != 0, descriptors != nil { try box.drop() }
        CrashPoint.pass("queue.take.dropped")
        if staysInHand {
            taken.value = taken.value &+ 1
        } else {
            arena.release(block)
        }
        return Taken(
            bytes: bytes, descriptors: descriptors ?? [], hasLostDescriptors: descriptors == nil,
            offset: block.offset, length: length)
    }

    /// Reads the bytes of a message that was taken, and gives its place back if nobody has to settle it.
    package func read(_ message: Taken) throws(Failure) -> [UInt8] {
        if let bytes = message.bytes { return bytes }
        do {
            let block = try arena.block(at: message.offset)
            let bytes = try unsafe Array(arena.bytes(of: block, count: message.length))
            if delivery == .once { release(block) }
            return bytes
        } catch {
            throw .damaged
        }
    }

    /// A message that was in hand is done with.
    ///
    /// - Returns: false when it was not in this process's hands.
    package func settle(_ message: Taken) -> Bool {
        guard let block = try? arena.block(at: message.offset) else { return false }
        return release(block)
    }

    /// A message that is in the hands of any process is done with; false when there is none.
    package func settleAny() -> Bool {
        var isSettled = false
        withGuard {
            try arena.walk { block in
                guard !isSettled, block.state == .taken else { return }
                isSettled = true
                arena.release(block)
                taken.value = taken.value &- 1
            }
        }
        if isSettled { settlements.wake(.max) }
        return isSettled
    }

    /// Puts a message that was in hand back to its place in the order.
    package func putBack(_ message: Taken) {
        withGuard {
            let block = try arena.block(at: message.offset)
            guard block.state == .taken, block.owner == .current else { return }
            block.set(.queued)
            repair()
        }
        items.wake(1)
    }

    @discardableResult
    private func release(_ block: Block) -> Bool {
        let isMine = `guard`.withLock(repair: repair) { () -> Bool in
            guard block.state == .taken, block.owner == .current else { return false }
            arena.release(block)
            CrashPoint.pass("queue.take.released")
            taken.value = taken.value &- 1
            if queued.value == 0, filling.value == 0, taken.value == 0 { arena.clear() }
            return true
        }
        settlements.wake(.max)
        return isMine
    }
}
