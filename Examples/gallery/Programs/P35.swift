import Multiprocessing

/// One process waits for an event for as long as it takes, another one for a moment only.
enum P35 {
    static func run() async throws {
        let event = try SharedEvent()
        let patient = ChildProcess(event) { event in
            try await event.wait()
            say("the patient one goes on, the event is set: \(event.isSet)")
        }
        let impatient = ChildProcess(event) { event in
            let isSet = try await event.wait(timeout: .milliseconds(200))
            say("the impatient one goes on, the event is set: \(isSet)")
        }
        try await patient.start()
        try await impatient.start()
        try await impatient.join()
        say("the event is set now")
        event.set()
        try await patient.join()
    }
}
