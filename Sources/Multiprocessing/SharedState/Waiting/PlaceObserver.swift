import MultiprocessingCore
import Synchronization

/// Calls a handler once when something in shared memory is ready, without taking it.
final class PlaceObserver: Sendable {
    private let place: WaitPlace
    private let handler: Mutex<(@Sendable () -> Void)?>

    private init(_ place: WaitPlace, _ handler: @escaping @Sendable () -> Void) {
        self.place = place
        self.handler = Mutex(handler)
    }

    /// What tells that something is ready which others may take first.
    static func source(_ place: WaitPlace) -> WaitSource {
        WaitSource(
            kind: .event(
                isReady: place.isPromising,
                observe: { handler in
                    let observer = PlaceObserver(place, handler)
                    observer.look()
                    return { observer.end() }
                }))
    }

    private func look() {
        while handler.withLock({ $0 != nil }) {
            guard let (word, value) = place.announce(true), !place.isPromising() else {
                guard place.isPromising() else { continue }
                handler.withLock { $0.take() }?()
                return
            }
            do {
                return try WordWatch.watch(word, while: value) { [weak self] _ in self?.look() }
            } catch {
                // Without a thread that watches, the one who waits has to look.
                handler.withLock { $0.take() }?()
                return
            }
        }
    }

    private func end() {
        _ = handler.withLock { $0.take() }
    }
}
