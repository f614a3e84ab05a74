/// A method of the ready-made objects that is called without the compiler's way to distributed methods.
///
/// That way looks for a dozen types and conformances at each call and gives each method a task, which takes many times as
/// long as a look into a dictionary. These methods never wait, so they need none of it. Their names cannot be those of
/// distributed methods.
enum DirectMethod: String, Sendable {
    case count = "=count"
    case value = "=value"
    case set = "=set"
    case contains = "=contains"
    case append = "=append"
    case remove = "=remove"
}

/// What runs the direct methods of one object; a part of it, because an actor lets nobody in without a task.
protocol DirectRunner: Sendable {
    /// Runs a method, on any thread; nobody is kept out but by the object's own lock.
    ///
    /// - Throws: what the method throws; what the call throws for arguments that are none and for other methods.
    func run(_ method: DirectMethod, _ call: inout DirectCall) throws
}

/// The runner of an object, and how long its methods take.
struct DirectObject: Sendable {
    let runner: any DirectRunner
    let meter = RunMeter()
}
