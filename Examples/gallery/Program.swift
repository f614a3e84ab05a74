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
        Program("P01", "A pool squares three numbers", P01.run),
        Program("P02", "Start one process and join it", P02.run),
        Program("P03", "Who is the parent, who is the child", P03.run),
        Program("P04", "Choose a start method", P04.run),
        Program("P05", "A queue carries mixed values", P05.run),
        Program("P06", "A pipe carries mixed values", P06.run),
        Program("P07", "Print under a lock", P07.run),
        Program("P08", "A number and an array in shared memory", P08.run),
        Program("P09", "A dictionary and a list in a manager", P09.run),
        Program("P10", "What a pool can do", P10.run),
        Program("P11", "Print, start and terminate a process", P11.run),
        Program("P12", "Values, bytes and buffers over a connection", P12.run),
        Program("P13", "A server and its client", P13.run),
        Program("P14", "Attributes of any types in a manager", P14.run),
        Program("P15", "A type that lives in a manager", P15.run),
        Program("P16", "A queue over TCP", P16.run),
        Program("P17", "A queue for a local process and a remote one", P17.run),
        Program("P18", "A list and its proxy", P18.run),
        Program("P19", "Methods of an object by its proxy", P19.run),
        Program("P20", "Handles of results, and limits", P20.run),
        Program("P21", "A listener and a client with the same key", P21.run),
        Program("P22", "Wait for four connections at once", P22.run),
        Program("P23", "Log to standard error", P23.run),
        Program("P24", "Join the putter of a megabyte, then read", P24.run),
        Program("P25", "What is exposed, an iterator, functions by name", P25.run),
        Program("P26", "Every form of call, and what fails in each", P26.run),
        Program("P27", "Queues of tasks and of results", P27.run),
        Program("P28", "Processes with arguments and with names", P28.run),
        Program("P29", "Daemons, and what the end of a program does", P29.run),
        Program("P30", "A process before, during and after its life", P30.run),
        Program("P31", "Exit codes", P31.run),
        Program("P32", "A task type as the body of processes", P32.run),
        Program("P33", "A type of one's own on a queue", P33.run),
        Program("P34", "Tasks from a joinable queue", P34.run),
        Program("P35", "Wait for an event", P35.run),
        Program("P36", "Ten tasks that nobody waits for one by one", P36.run),
        Program("P37", "Workers with a beginning and a limit of tasks", P37.run),
        Program("P38", "A pool sleeps faster", P38.run),
        Program("P39", "Count the lines of all files with a pool", P39.run),
        Program("P40", "Whole lines by a lock", P40.run),
        Program("P41", "Two processes talk over a pipe", P41.run),
        Program("P42", "Producers and consumers on a queue for three", P42.run),
        Program("P43", "A value, an array and a list in a manager", P43.run),
        Program("P44", "One way, and values of different types", P44.run),
        Program("P45", "As many tasks at a time as there are processors", P45.run),
        Program("P46", "A writer and a reader of a queue", P46.run),
        Program("P47", "A queue and a lock for the tasks of a pool", P47.run),
        Program("P48", "A condition between two stages", P48.run),
        Program("P49", "A semaphore lets three in", P49.run),
        Program("P50", "Ten processes fill a dictionary", P50.run),
        Program("P51", "An attribute before and after an event", P51.run),
        Program("P52", "Fetch pages with an external program", P52.run),
        Program("P53", "Pools on threads of one process", P53.run),
        Program("P54", "Who may release a lock", P54.run),
        Program("P55", "A barrier, passed and broken", P55.run),
        Program("P56", "A handler for each result", P56.run),
        Program("P57", "One after another, and at the same time", P57.run),
        Program("P58", "Tasks and processes print where they run", P58.run),
    ]
}
