import Synchronization

/// The descriptors that a child was passed at its start, until its role takes them.
///
/// The functions that begin a child never return, so what they hold is held for ever.
final class PassedDescriptors: Sendable {
    private let descriptors: Mutex<[SharedDescriptor]>

    init(_ descriptors: [SharedDescriptor]) {
        self.descriptors = Mutex(descriptors)
    }

    var all: [SharedDescriptor] { descriptors.withLock { $0 } }

    func take() -> [SharedDescriptor] {
        descriptors.withLock { descriptors in
            let taken = descriptors
            descriptors = []
            return taken
        }
    }
}
