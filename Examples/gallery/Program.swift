/// One program of the gallery: a file of its own in `Programs`, and a line here.
struct Program: Sendable {
    let id: String
    let title: String
    let run: @Sendable () async throws -> Void

    private init(_ id: String, _ title: String, _ run: @escaping @Sendable () async throws -> Void) {
        self.id = id
        self.title = title
        self.run = run
    }

    /// All programs, in the order in which they are listed and run.
    static let all = [
        Program("P02", "Start one process and join it", P02.run),
        Program("P03", "Who is the parent, who is the child", P03.run),
        Program("P11", "Print, start and terminate a process", P11.run),
        Program("P23", "Log to standard error", P23.run),
        Program("P28", "Processes with arguments and with names", P28.run),
        Program("P29", "Daemons, and what the end of a program does", P29.run),
        Program("P30", "A process before, during and after its life", P30.run),
        Program("P31", "Exit codes", P31.run),
        Program("P32", "A task type as the body of processes", P32.run),
    ]
}
