/// The calls of a client that run, and the tasks that run them: one task runs many short calls, one after another.
///
/// Pure: it knows neither tasks nor continuations. Each task has a seat; while it has no call, it waits there for the
/// next. A call that was cancelled takes its task along, so that no later call finds a task that is cancelled.
struct CallDesk<Runner, Waiter> {
    private struct Seat {
        /// The call that runs; nil while the task waits, or when there is none.
        var call: UInt64?
        var runner: Runner?
        var waiter: Waiter?
        var isCancelled = false
    }

    /// So many tasks wait for calls at most.
    static var idleLimit: Int { 8 }

    private var seats: [Seat] = []
    private var empty: [Int] = []
    /// The seats of tasks that wait.
    private var idle: [Int] = []
    /// The calls that others know of; a call that ends before its thread goes on to the next is never among them.
    private var running: [UInt64: Int] = [:]
    private(set) var isEnded = false

    init() {}

    /// How many calls run that have outlived their beginning.
    var count: Int { running.count }

    /// A call begins.
    ///
    /// - Parameters:
    ///   - call: its number.
    ///   - isShort: whether a task may run it that ran others before.
    /// - Returns: the seat, and the task that waits there; without one the caller makes one. Nil for the number of
    ///   a call that runs, and after the end.
    mutating func begin(_ call: UInt64, isShort: Bool) -> (seat: Int, waiter: Waiter?)? {
        guard !isEnded, running.isEmpty || running[call] == nil else { return nil }
        if isShort, let seat = idle.popLast() {
            seats[seat].call = call
            return (seat, seats[seat].waiter.take())
        }
        let seat: Int
        if let used = empty.popLast() {
            seat = used
            seats[seat] = Seat(call: call)
        } else {
            seat = seats.count
            seats.append(Seat(call: call))
        }
        return (seat, nil)
    }

    /// The task of a seat has been made; returns whether it is cancelled already.
    mutating func seat(_ seat: Int, _ runner: Runner, for call: UInt64) -> Bool {
        // It may be over already; a task that waits for its next call is needed all the same.
        guard seats[seat].call == call || seats[seat].waiter != nil else { return isEnded }
        seats[seat].runner = runner
        return isEnded || seats[seat].isCancelled
    }

    /// The thread that has begun a call goes on: from now on others know of it, if it is not over.
    mutating func left(_ seat: Int, _ call: UInt64) {
        if seats[seat].call == call { running[call] = seat }
    }

    /// A call is over.
    ///
    /// - Parameters:
    ///   - seat: that of its task.
    ///   - waiter: how the task is called; nil for one that must not run another.
    /// - Returns: whether the task waits for the next call, or else ends.
    mutating func finish(_ seat: Int, _ waiter: Waiter?) -> Bool {
        if let call = seats[seat].call, !running.isEmpty { running[call] = nil }
        seats[seat].call = nil
        guard let waiter, !isEnded, !seats[seat].isCancelled, idle.count < Self.idleLimit else {
            seats[seat] = Seat()
            empty.append(seat)
            return false
        }
        seats[seat].waiter = waiter
        idle.append(seat)
        return true
    }

    /// Nobody wants a call any more; returns its task, if it is known.
    mutating func cancel(_ call: UInt64) -> Runner? {
        guard let seat = running[call] else { return nil }
        seats[seat].isCancelled = true
        return seats[seat].runner
    }

    /// No more calls: returns the tasks that run some, which are to be cancelled, and those that wait.
    mutating func end() -> (running: [Runner], waiting: [Waiter]) {
        isEnded = true
        let waiting = idle.compactMap { seats[$0].waiter.take() }
        let runners = seats.compactMap { $0.call == nil ? nil : $0.runner }
        empty += idle
        idle = []
        running = [:]
        for seat in seats.indices where seats[seat].call == nil { seats[seat] = Seat() }
        return (runners, waiting)
    }
}
