import Glibc

/// Starts children as copies of this very process, with all that it has: memory, descriptors, everything but threads.
package struct ForkLauncher: Launcher {
    /// So long a copy may take to begin, one after the other: one that inherited a lock that a thread held never
    /// does, and the next one may be luckier.
    private static let limits: [Duration] = [
        .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8),
    ]

    package init() {}

    package func attempt(_ order: LaunchOrder) throws -> LaunchedChild {
        let moment = ForkGate.nextQuietMoment()
        for limit in Self.limits {
            do {
                while true {
                    do {
                        return try attempt(order, at: moment, limit: limit)
                    } catch ForkFailure.disturbed {
                        // The next one may be luckier.
                    }
                }
            } catch ForkFailure.neverBegan {
                // It was ended.
            }
        }
        throw ForkFailure.neverBegan
    }

    private func attempt(
        _ order: LaunchOrder, at moment: QuietMoment, limit: Duration
    ) throws -> LaunchedChild {
        let (ours, theirs) = try SocketPair.make()
        let permission = try ForkPermission()
        let parentID = ThisProcess.id
        let seat = ChildSeat(
            channel: theirs, parent: try ProcessHandle(opening: parentID), parentID: parentID,
            payload: order.payload, descriptors: order.descriptors,
            outlivesParent: order.settings.outlivesParent, inherited: order.inherited)
        // What another thread is just looking up for the first time would stay half done in the copy for ever.
        order.role.warmUp()
        ForkedExecutor.warmUp()
        let copy = try ForkGate.copyProcess(at: moment) {
            Self.becomeChild(order, seat, permission, parentsEnd: ours.raw)
        }
        return try LaunchedChild.adopting(copy.pid, channel: MessageSocket(ours)) { child in
            // After the deadline, in a program whose threads run all the time, a copy has to do as it is.
            if copy.isDisturbed, !moment.deadline.hasPassed { throw ForkFailure.disturbed }
            do {
                try permission.give(until: .after(limit))
                try order.awaitAnswer(child.channel, until: .after(limit))
            } catch MessageSocket.Failure.timeout {
                throw ForkFailure.neverBegan
            }
        }
    }

    /// The copy: becomes the child that it was made for, and nothing else.
    private static func becomeChild(
        _ order: LaunchOrder, _ seat: ChildSeat, _ permission: ForkPermission, parentsEnd: Int32
    ) -> Never {
        ForkedChild.begin()
        ForkedChild.takeLocksOnce()
        // Its owner lives in the parent's part of this image, which is never returned to.
        close(parentsEnd)
        permission.await()
        for (stream, source) in order.streams.sources {
            if let source {
                if source != stream { dup2(source, stream) }
            } else {
                StandardStreams.discard(stream)
            }
        }
        var refusal: SystemError?
        do throws(SystemError) {
            try order.settings.apply()
        } catch {
            refusal = error
        }
        if let refusal {
            answer(refusal, on: seat.channel)
            _exit(ChildEntry.refusalCode)
        }
        order.role.run(seat) { answer(nil, on: seat.channel) }
    }

    private static func answer(_ refusal: SystemError?, on channel: SharedDescriptor) {
        do {
            try MessageSocket(channel).send(StartMessage.answer(refusal), until: .after(.seconds(10)))
        } catch {
            _exit(ChildEntry.refusalCode)
        }
    }
}

/// Why a copy of this process is of no use.
enum ForkFailure: Error, CustomStringConvertible {
    /// Ended, because it was made while threads ran that had slept right before.
    case disturbed
    /// Ended, because it did not say within the limit that it has begun.
    case neverBegan

    var description: String {
        switch self {
        case .disturbed: "no forked copy was made at a quiet moment"
        case .neverBegan:
            "no forked copy began: each inherited a lock that a thread held which it does not have; "
                + "start children by the fork server or by spawn instead"
        }
    }
}
