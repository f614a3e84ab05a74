import TestSupport
import Testing

@testable import Multiprocessing

/// Workers as the machine knows them, simulated: they run their slots in order and die at any time.
///
/// It does what the machine orders and throws as soon as something happens that must not.
struct PoolSimulation {
    struct Violation: Error, CustomStringConvertible {
        let description: String
    }

    enum SlotState {
        case posted
        case started
        case revoked
    }

    struct Worker {
        /// Tells it from the others.
        let number: Int
        var posted = 0
        var order: [Int] = []
        var slots: [Int: (id: UInt64, state: SlotState)] = [:]
        /// Items of the chunk that runs which have begun.
        var begun = 0
        var isDismissed = false
    }

    private(set) var machine: PoolMachine
    private(set) var workers: [Worker?]
    /// Chunks that were submitted and have not been seen to.
    private(set) var open: Set<UInt64> = []
    /// Of these, the ones that nobody wants any more.
    private var unwanted: Set<UInt64> = []
    private(set) var isFinished = false
    private(set) var completed = 0
    private(set) var dropped = 0
    private var lastID: UInt64 = 0
    private let slotCount: Int
    private let taskLimit: Int?
    /// How many workers there have been.
    private(set) var started = 0
    /// Those that left in good order.
    private(set) var left = 0
    private var keys: [UInt64: Int] = [:]
    /// The items of chunks that have several.
    private var items: [UInt64: Int] = [:]
    /// How many chunks have been divided.
    private(set) var divisions = 0
    /// The worker to which the last task of a key went.
    private var homes: [Int: (seat: Int, number: Int)] = [:]
    /// The number of workers is above the target for a while after it was made smaller.
    private var isShrinking = false

    init(seats: Int, slots: Int, minimum: Int? = nil, taskLimit: Int? = nil) throws {
        machine = PoolMachine(seats: seats, slots: slots, minimum: minimum, taskLimit: taskLimit)
        workers = Array(repeating: nil, count: seats)
        slotCount = slots
        self.taskLimit = taskLimit
        try event { machine, actions in machine.begin(&actions) }
    }

    // MARK: Events

    mutating func submit(
        bytes: Int, key: Int? = nil, rank: LaneQueue.Rank = .usual, items count: Int = 1
    ) throws {
        guard machine.phase == .open else { return }
        lastID += 1
        let id = lastID
        open.insert(id)
        keys[id] = key
        items[id] = count
        try event { machine, actions in
            machine.submit(
                id, bytes: bytes, key: key, rank: rank, isDivisible: count > 1 && key == nil, &actions)
        }
    }

    /// Somebody looks whether chunks have to be divided.
    mutating func look() throws {
        try event { machine, actions in _ = machine.divideForIdle(&actions) }
        let isAnyIdle = workers.indices.contains { seat in
            workers[seat]?.order.isEmpty == true && machine.seats[seat].stage == .working
        }
        guard isAnyIdle, machine.phase == .open else { return }
        for case let worker? in workers {
            if let slot = worker.order.first, let entry = worker.slots[slot], entry.state == .started,
                keys[entry.id] == nil, !unwanted.contains(entry.id), worker.begun < items[entry.id] ?? 1
            {
                throw Violation(description: "items wait in \(entry.id) while a worker idles")
            }
        }
    }

    mutating func ready(_ seat: Int) throws {
        guard workers.indices.contains(seat), workers[seat] != nil else { return }
        try event { machine, actions in machine.ready(seat: seat, &actions) }
    }

    mutating func resize(to count: Int, minimum: Int) throws {
        isShrinking = isShrinking || count < machine.target
        try event { machine, actions in machine.resize(to: count, minimum: minimum, &actions) }
    }

    mutating func roll() throws {
        try event { machine, actions in machine.becomeDue(Array(machine.seats.indices), &actions) }
    }

    mutating func idleTimePassed() throws {
        try event { machine, actions in machine.idleTimePassed(&actions) }
    }

    /// The worker takes one step: begins its next chunk, ends the one that it runs, or passes over a slot.
    mutating func step(_ seat: Int) throws {
        guard workers.indices.contains(seat), let worker = workers[seat] else { return }
        guard let slot = worker.order.first, let entry = worker.slots[slot] else {
            if worker.isDismissed {
                left += 1
                try end(seat)
            }
            return
        }
        if entry.state == .posted {
            workers[seat]?.slots[slot]?.state = .started
            workers[seat]?.begun = 1
            return
        }
        if entry.state == .started, worker.begun < items[entry.id] ?? 1 {
            workers[seat]?.begun += 1
            return
        }
        workers[seat]?.order.removeFirst()
        workers[seat]?.slots[slot] = nil
        if entry.state == .started, machine.phase != .ending {
            try close(entry.id)
            completed += 1
        }
        try event { machine, actions in machine.slotFreed(seat: seat, slot: slot, &actions) }
    }

    /// The worker is about to be ended because of what it runs.
    mutating func condemn(_ seat: Int) throws {
        guard workers[seat] != nil else { return }
        try event { machine, actions in machine.condemn(seat: seat, &actions) }
    }

    /// The worker is not ended after all, if it was about to be.
    mutating func pardon(_ seat: Int) throws {
        guard workers[seat] != nil else { return }
        try event { machine, actions in machine.pardon(seat: seat, &actions) }
    }

    mutating func withdraw(_ id: UInt64) throws {
        unwanted.insert(id)
        var place: (seat: Int, slot: Int)?
        try event { machine, actions in place = machine.withdraw(id, &actions) }
        guard let place, let entry = workers[place.seat]?.slots[place.slot] else { return }
        guard entry.id == id else { throw Violation(description: "\(id) is not where the machine says") }
        guard entry.state == .posted else { return }
        workers[place.seat]?.slots[place.slot]?.state = .revoked
        workers[place.seat]?.posted -= 1
        try event { machine, actions in
            machine.revoked(seat: place.seat, slot: place.slot, requeue: false, &actions)
        }
    }

    /// The worker is gone: what it had begun is lost, the rest runs elsewhere.
    mutating func end(_ seat: Int) throws {
        guard workers.indices.contains(seat), let worker = workers[seat] else { return }
        workers[seat] = nil
        let wasEnding = machine.phase == .ending
        let expected = worker.order.compactMap { slot in
            worker.slots[slot].flatMap { $0.state == .revoked || wasEnding ? nil : $0 }
        }
        let held = machine.ended(seat: seat, begunAnything: true).map(\.id)
        guard held == expected.map(\.id) else {
            throw Violation(description: "a dead worker held \(expected), and not \(held)")
        }
        var again: [UInt64] = []
        for (id, state) in expected {
            if state == .started || unwanted.contains(id) { try close(id) } else { again.append(id) }
        }
        let rest = again.map { (id: $0, bytes: 10, key: keys[$0]) }
        try event { machine, actions in
            machine.resubmit(rest, &actions)
            machine.replace(seat: seat, &actions)
        }
    }

    mutating func close() throws {
        try event { machine, actions in machine.close(&actions) }
    }

    mutating func terminate() throws {
        try event { machine, actions in machine.terminate(&actions) }
        guard open.isEmpty else { throw Violation(description: "terminating left \(open)") }
    }

    // MARK: Orders

    private mutating func event(_ body: (inout PoolMachine, inout [PoolMachine.Action]) -> Void) throws {
        var actions: [PoolMachine.Action] = []
        body(&machine, &actions)
        var next = 0
        while next < actions.count {
            try perform(actions[next], &actions)
            next += 1
        }
        try check()
    }

    private mutating func perform(
        _ action: PoolMachine.Action, _ actions: inout [PoolMachine.Action]
    ) throws {
        if isFinished { throw Violation(description: "\(action) after the end") }
        switch action {
        case .start(let seat):
            while workers.count <= seat { workers.append(nil) }
            guard workers[seat] == nil else { throw Violation(description: "two workers in seat \(seat)") }
            started += 1
            workers[seat] = Worker(number: started)
            machine.occupied(seat: seat, &actions)
        case .post(let id, let seat, let slot):
            guard open.contains(id) else { throw Violation(description: "\(id) is posted after its end") }
            guard let worker = workers[seat], worker.slots[slot] == nil, !worker.isDismissed else {
                throw Violation(description: "\(id) is posted to seat \(seat), slot \(slot)")
            }
            guard worker.order.count < min(slotCount, PoolMachine.depth) else {
                throw Violation(description: "seat \(seat) holds too much")
            }
            guard worker.posted < taskLimit ?? .max else {
                throw Violation(description: "seat \(seat) gets more than its limit")
            }
            try follow(id, to: seat, worker)
            workers[seat]?.posted += 1
            workers[seat]?.order.append(slot)
            workers[seat]?.slots[slot] = (id, .posted)
        case .revoke(let id, let seat, let slot):
            guard let entry = workers[seat]?.slots[slot], entry.id == id else {
                throw Violation(description: "\(id) is not in seat \(seat), slot \(slot)")
            }
            if keys[id] != nil { throw Violation(description: "\(id) is taken from the worker of its key") }
            guard entry.state == .posted else { return }
            workers[seat]?.slots[slot]?.state = .revoked
            workers[seat]?.posted -= 1
            machine.revoked(seat: seat, slot: slot, requeue: true, &actions)
        case .divide(let id, let seat, let slot):
            try divide(id, seat, slot, &actions)
        case .dismiss(let seat):
            guard let worker = workers[seat], !worker.isDismissed else {
                throw Violation(description: "seat \(seat) is dismissed twice")
            }
            guard worker.slots.values.allSatisfy({ $0.state == .revoked }) else {
                throw Violation(description: "seat \(seat) is dismissed with \(worker.order)")
            }
            workers[seat]?.isDismissed = true
        case .kill(let seat):
            guard workers[seat] != nil else { throw Violation(description: "nobody is in seat \(seat)") }
        case .drop(let id):
            try close(id)
            dropped += 1
        case .finish:
            isFinished = true
        }
    }

    private mutating func divide(
        _ id: UInt64, _ seat: Int, _ slot: Int, _ actions: inout [PoolMachine.Action]
    ) throws {
        guard let worker = workers[seat], let entry = worker.slots[slot], entry.id == id,
            let count = items[id], count > 1, keys[id] == nil
        else { throw Violation(description: "\(id) cannot be divided in seat \(seat)") }
        guard machine.hasIdleWorker else { return }
        guard entry.state == .started else {
            return try perform(.revoke(id, seat: seat, slot: slot), &actions)
        }
        let rest = count - worker.begun
        guard rest > 0, !unwanted.contains(id) else { return machine.cannotDivide(id) }
        divisions += 1
        lastID += 1
        open.insert(lastID)
        items[id] = worker.begun
        items[lastID] = rest
        machine.divided(id, rest: (lastID, 10, rest > 1), &actions)
    }

    /// Tasks of a key go to one worker for as long as it takes work.
    private mutating func follow(_ id: UInt64, to seat: Int, _ worker: Worker) throws {
        guard let key = keys[id] else { return }
        if let home = homes[key], workers[home.seat]?.number == home.number,
            machine.seats[home.seat].stage == .working, home.number != worker.number
        {
            throw Violation(description: "\(id) leaves the worker of its key")
        }
        homes[key] = (seat, worker.number)
    }

    private mutating func close(_ id: UInt64) throws {
        keys[id] = nil
        items[id] = nil
        guard open.remove(id) != nil else { throw Violation(description: "\(id) ended twice") }
        unwanted.remove(id)
    }

    // MARK: What always holds

    private mutating func check() throws {
        if isFinished, workers.contains(where: { $0 != nil }) || !open.isEmpty {
            throw Violation(description: "the pool ended with workers or work left")
        }
        guard machine.phase == .open || machine.phase == .draining else { return }
        try checkNumbers()
        let held = workers.compactMap { $0 }.flatMap { $0.slots.values.filter { $0.state != .revoked } }
            .map(\.id)
        guard Set(held).count == held.count else { throw Violation(description: "a chunk is in two places") }
        if open.count > held.count, workers.allSatisfy({ $0 == nil }) {
            throw Violation(description: "work waits, and nobody is there or comes")
        }
        let isAnyIdle = workers.indices.contains { seat in
            workers[seat]?.order.isEmpty == true && machine.seats[seat].stage == .working
        }
        guard isAnyIdle else { return }
        // What is bound to a worker waits for it.
        let free = open.count { keys[$0] == nil }
        guard held.count(where: { keys[$0] == nil }) == free else {
            throw Violation(description: "work waits while a worker idles")
        }
        for worker in workers {
            let held = worker?.order.compactMap { worker?.slots[$0] }.filter { $0.state != .revoked } ?? []
            if held.dropFirst().contains(where: { keys[$0.id] == nil }) {
                throw Violation(description: "work waits behind other work while a worker idles")
            }
        }
    }

    /// There are never too many workers, and never too few.
    private mutating func checkNumbers() throws {
        let present = workers.count { $0 != nil }
        let target = machine.target
        let onDuty = machine.seats.count { $0.stage.isOnDuty }
        if isShrinking, present <= target { isShrinking = false }
        guard isShrinking || onDuty <= target && present <= 2 * target else {
            throw Violation(
                description: "\(present) workers, \(onDuty) of them on duty, where there may be \(target)")
        }
        let counts = [
            machine.seats.count { $0.stage.isFresh }, onDuty, machine.seats.count { $0.stage != .empty },
            machine.seats.count { $0.stage == .starting },
        ]
        guard
            counts == [
                machine.freshCount, machine.onDutyCount, machine.takenCount, machine.startingCount,
            ]
        else { throw Violation(description: "the machine has counted wrong") }
        let isFull = present >= min(2 * target, machine.seatLimit)
        // The end of a condemned worker brings the next one.
        let coming = machine.freshCount + machine.seats.count { $0.stage == .condemned }
        guard isFull || coming >= machine.minimum || machine.phase == .draining && machine.isIdle
        else {
            throw Violation(description: "\(machine.freshCount) workers have a future, of \(machine.minimum)")
        }
    }
}
