import MultiprocessingCore

extension ClientSession {
    /// Runs a direct method: here and now, or if such were seen to be long, elsewhere.
    func runDirectly(_ method: DirectMethod, of object: DirectObject, _ id: UInt64, _ frame: FrameSlice) {
        guard object.meter.isShort else {
            return run(id, isShort: false) { [self] in
                perform(method, of: object, id, frame)
                link.flush()
            }
        }
        // The answer is sent with the others, when what has come is read.
        perform(method, of: object, id, frame)
    }

    private func perform(_ method: DirectMethod, of object: DirectObject, _ id: UInt64, _ frame: FrameSlice) {
        let time = RunTime(onLoop: core.loop.isCurrent)
        var frame = frame
        do {
            try frame.read { reader in
                var call = DirectCall(id, from: self, reader)
                try object.runner.run(method, &call)
            }
        } catch {
            append(id, error: error)
        }
        object.meter.learn(time)
    }
}
