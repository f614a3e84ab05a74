import Glibc
import MultiprocessingCore
import TestSupport

/// Children without a purpose of their own: each does one thing that its parent can see from outside.
///
/// They are told what to do in their payload; what they find out goes back on the channel.
enum EchoRole: ChildRole {
    /// Sends back what it got, then exits with the code that is the first byte.
    static func run(_ seat: ChildSeat) -> Never {
        try? MessageSocket(seat.channel).send(
            seat.payload, descriptors: seat.descriptors, until: .after(.seconds(30)))
        ThisProcess.exit(Int32(seat.payload.first ?? 0))
    }
}

/// Exits at once with the code that is the first byte.
enum ExitRole: ChildRole {
    static func run(_ seat: ChildSeat) -> Never { _exit(Int32(seat.payload.first ?? 0)) }
}

/// Ends itself with the signal that is the first byte.
enum SignalRole: ChildRole {
    static func run(_ seat: ChildSeat) -> Never {
        signal(Int32(seat.payload[0]), SIG_DFL)
        kill(getpid(), Int32(seat.payload[0]))
        while true { pause() }
    }
}

/// Waits for one message, then exits with its first byte; at the end of the channel with 9.
enum WaitingRole: ChildRole {
    static func run(_ seat: ChildSeat) -> Never {
        let socket = MessageSocket(seat.channel)
        try? socket.send([1], until: .after(.seconds(30)))
        guard let message = try? socket.receive(until: nil) else { _exit(9) }
        _exit(Int32(message.bytes.first ?? 8))
    }
}

/// Tells about itself as text.
enum SurveyRole: ChildRole {
    static func run(_ seat: ChildSeat) -> Never {
        // Before anything that opens a descriptor of its own.
        let descriptors = Survey.descriptors()
        let lines = [
            descriptors, Survey.target(of: STDIN_FILENO),
            getenv("SWIFT_MULTIPROCESSING_CHANNEL") == nil ? "unmarked" : "marked",
            Survey.environmentOfAProgram().contains("SWIFT_MULTIPROCESSING_CHANNEL") ? "marked" : "unmarked",
            "\(seat.parentID)", Survey.target(of: STDOUT_FILENO), Survey.workingDirectory(),
        ]
        try? MessageSocket(seat.channel).send(
            Array(lines.joined(separator: "\n").utf8), until: .after(.seconds(30)))
        _exit(0)
    }
}

/// Starts a child that only the parent's end can end, and sends on its channel's other end to the grandparent.
enum FamilyRole: ChildRole {
    static func run(_ seat: ChildSeat) -> Never {
        do {
            let order = LaunchOrder(role: LastingRole.self, descriptors: seat.descriptors)
            let child = try SpawnLauncher().launch(order) { _ in }
            _ = try child.channel.receive(until: .after(.seconds(30)))
            try MessageSocket(seat.channel).send(
                withUnsafeBytes(of: child.pid) { Array($0) }, until: .after(.seconds(30)))
            while true { pause() }
        } catch {
            StandardError.write("a grandchild was not started: \(error)\n")
            _exit(1)
        }
    }
}

/// Runs for as long as its parent does, and holds its descriptors open.
enum LastingRole: ChildRole {
    static func run(_ seat: ChildSeat) -> Never {
        do {
            try ParentWatch.start(seat)
            try MessageSocket(seat.channel).send([1], until: .after(.seconds(30)))
        } catch {
            _exit(1)
        }
        while true { pause() }
    }
}
