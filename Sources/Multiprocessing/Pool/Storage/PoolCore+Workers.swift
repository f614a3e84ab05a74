import MultiprocessingCore

extension PoolCore {
    /// Prepares the seat's next worker, which can be given work from now on; the lock is held.
    func start(_ seat: Int, _ state: inout State, _ effects: inout Effects) {
        guard state.machine.phase == .open || state.machine.phase == .draining else {
            return state.machine.notStarted(seat: seat, &effects.actions)
        }
        state.generation += 1
        do {
            while state.links.count <= seat { state.links.append(nil) }
            seats = state.links.count
            let path = ProcessNames.nextPath()
            let name = ProcessNames.name(backend == .threads ? "PoolThread" : "PoolWorker", path)
            let link = try WorkerLink(
                generation: state.generation, name: name, ringBytes: Self.ringBytes,
                desk: backend == .threads ? ThreadDesk(depth: depth + 1) : nil)
            state.links[seat] = link
            let order = link.desk == nil ? try order(for: link, seat: seat, path: path) : nil
            try link.begin(hooks)
            effects.launches.append((seat, state.generation, order))
            if hooks.hasAttachments { effects.lines.append(link.line) }
            if configuration.recycling.maxAge != nil { effects.births.append((seat, state.generation)) }
            state.machine.occupied(seat: seat, &effects.actions)
            beginTicking(&state, &effects)
        } catch {
            state.links[seat] = nil
            let reason =
                error as? MultiprocessingError
                ?? MultiprocessingError(.startFailed, "a worker could not be prepared", cause: error)
            startFailed(reason, seat: seat, &state, &effects)
            state.machine.notStarted(seat: seat, &effects.actions)
        }
    }

    private func order(for link: WorkerLink, seat: Int, path: [UInt32]) throws -> LaunchOrder {
        let seating = PoolWorkerRole.Seating(seat: seat, ringBytes: Self.ringBytes)
        let heritage = try Heritage(name: link.name, path: path, isDaemon: false)
        var order = heritage.order(
            PoolWorkerRole.self, seating.bytes, [link.segment.file, doorbell.file, doorbell.event])
        let options = configuration.startOptions
        order.settings = try options.settings()
        order.streams = try options.streams(capturingOutput: nil, error: nil)
        if configuration.output == .tagged, options.standardOutput == .inherited {
            order.streams.output = .file(try relay(.output, of: link))
        }
        if configuration.relaysOutput, options.standardError == .inherited {
            order.streams.error = .file(try relay(.error, of: link))
        }
        return order
    }

    /// A pipe for one of the worker's streams; returns the end that it writes to.
    private func relay(_ stream: StandardStream, of link: WorkerLink) throws(SystemError) -> SharedDescriptor
    {
        let pipe = try OutputPipe()
        let relay = OutputRelay(
            to: stream, tag: configuration.output == .tagged ? "[\(link.name)] " : nil,
            keeping: stream == .error ? configuration.keptErrorLines : 0, on: outputLane)
        try relay.begin(pipe.reader)
        link.relays.append(relay)
        return pipe.end
    }

    /// Starts the process on the lane where starting may block.
    func launch(_ order: LaunchOrder?, seat: Int, _ generation: UInt64) {
        guard let order else { return launchThread(seat: seat, generation) }
        launcher.lane.run { [self] in
            do throws(LaunchFailure) {
                _ = try launcher.launch(
                    order, onStart: { workerStarted($0, seat: seat, generation) },
                    onExit: { [self] end in
                        SharedMemory.childEnded(end.status)
                        workerEnded(seat: seat, generation, end)
                    })
            } catch {
                launchFailed(MultiprocessingError(error, starting: "a worker process"), seat: seat)
            }
        }
    }

    /// A worker is there; it may have answered before this was known.
    func workerStarted(_ child: LaunchedChild, seat: Int, _ generation: UInt64) {
        transact { state, effects in
            guard let link = state.links[seat], link.generation == generation else { return }
            link.child = child
            state.meter.workerStarted()
            note(.workerStarted(name: link.name, processID: child.pid), &effects)
            link.line.connect(child.channel)
            effects.lines.append(link.line)
            if link.isUnwanted { effects.kills.append(child) }
            while drain(seat, &state, &effects) {}
        }
    }

    /// A worker has said how its initializer went; the lock is held.
    func take(
        _ beginning: WorkerLink.Beginning, from seat: Int, _ link: WorkerLink, _ state: inout State,
        _ effects: inout Effects
    ) {
        switch beginning {
        case .ready:
            link.isReady = true
            state.machine.ready(seat: seat, &effects.actions)
        case .failed(let error):
            breakPool(error, &state, &effects)
        case .refused(let bytes):
            let reason = unsafe bytes.withUnsafeBytes { bytes in
                var reader = unsafe ByteReader(bytes)
                return Result { try ErrorTransport.decode(from: &reader) }
            }
            switch reason {
            case .success(let error): breakPool(error, &state, &effects)
            case .failure(let error):
                breakPool(
                    MultiprocessingError(
                        .undecodable, "the error of a worker's initializer could not be decoded", cause: error
                    ),
                    &state, &effects)
            }
        }
    }

    /// Ends the pool because it cannot do its work.
    func breakPool(_ reason: any Error, _ state: inout State, _ effects: inout Effects) {
        if state.failure == nil {
            state.failure = reason
            note(.broken(reason: reason), &effects)
        }
        state.machine.terminate(&effects.actions)
    }
}
