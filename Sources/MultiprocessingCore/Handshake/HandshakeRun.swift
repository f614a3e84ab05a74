import CMultiprocessing
import Glibc
import Synchronization

/// A handshake over a socket, without ever waiting: what can be sent is sent, what is there is read.
package final class HandshakeRun: Sendable {
    private struct State {
        var machine: any HandshakeMachine
        var unsent: ArraySlice<UInt8> = []
        /// Why it failed; what the machine had to say about that has been tried to send.
        var failure: HandshakeFailure?
    }

    package let interest: DescriptorInterest
    private let state: Mutex<State>

    package init(_ interest: DescriptorInterest, _ machine: any HandshakeMachine) {
        self.interest = interest
        state = Mutex(State(machine: machine))
    }

    /// What the last `later` waits for.
    package var direction: DescriptorInterest.Direction {
        state.withLock { $0.unsent.isEmpty ? .reading : .writing }
    }

    /// Goes on as far as it can.
    ///
    /// - Returns: what was agreed upon, or `later`.
    package func step() throws(HandshakeFailure) -> Step<HandshakeAgreement> {
        try state.withLock { state throws(HandshakeFailure) in
            if let failure = state.failure { throw failure }
            do throws(HandshakeFailure) {
                return try advance(&state)
            } catch {
                state.failure = error
                // The one fixed word about it, if there is space for it.
                _ = try? send(&state)
                throw error
            }
        }
    }

    private func advance(_ state: inout State) throws(HandshakeFailure) -> Step<HandshakeAgreement> {
        while true {
            guard try send(&state) else { return .later }
            if let agreement = state.machine.agreement { return .done(agreement) }
            guard let bytes = try read(state.machine.wanted) else { return .later }
            try state.machine.receive(bytes)
        }
    }

    /// Sends what the machine has to say; false when there is no space for all of it.
    private func send(_ state: inout State) throws(HandshakeFailure) -> Bool {
        state.unsent += state.machine.takeOutput()
        while !state.unsent.isEmpty {
            let sent = unsafe state.unsent.withUnsafeBytes { bytes in
                unsafe mp_send(interest.descriptor.raw, bytes.baseAddress, bytes.count, nil, 0, 0)
            }
            guard sent > 0 else {
                if errno == EAGAIN { return false }
                let error = SystemError.last("sendmsg")
                throw error.isBrokenChannel ? .ended : .system(error)
            }
            state.unsent = state.unsent.dropFirst(sent)
        }
        return true
    }

    /// What has come, of so many bytes at most; nil when that is nothing.
    private func read(_ count: Int) throws(HandshakeFailure) -> ArraySlice<UInt8>? {
        guard count > 0 else { throw .malformed("more than a handshake's bytes") }
        var part = [UInt8](repeating: 0, count: count)
        var raw = [Int32](repeating: -1, count: Int(MP_MAXIMUM_DESCRIPTORS))
        var found = 0
        var lost: Int32 = 0
        let received = unsafe part.withUnsafeMutableBytes { bytes in
            unsafe mp_receive(interest.descriptor.raw, bytes.start, bytes.count, &raw, &found, &lost, 0)
        }
        if received < 0 {
            if errno == EAGAIN { return nil }
            let error = SystemError.last("recvmsg")
            throw error.isBrokenChannel ? .ended : .system(error)
        }
        for descriptor in raw[..<found] { _ = Descriptor(adopting: descriptor) }
        guard found == 0, lost == 0 else { throw .malformed("a packet that is too long, or has descriptors") }
        guard received > 0 else { throw .ended }
        return part[..<received]
    }
}
