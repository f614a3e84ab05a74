import MultiprocessingCore

extension AsyncSequence {
    /// The same elements, with a progress bar on standard error while they come.
    ///
    /// ```swift
    /// for try await image in pool.imap(images, { $0.resized() }).progress("resizing", total: images.count) { … }
    /// ```
    ///
    /// The bar is redrawn by the elements, at most ten times a second; nothing is drawn in between. Where standard error is no
    /// terminal, a single line at the end says how many came. It says `failed` when the sequence throws, and nothing
    /// when the loop is left early.
    ///
    /// - Parameters:
    ///   - label: what stands before the bar.
    ///   - total: how many elements will come; nil shows a count instead of a bar.
    /// - Returns: a sequence that adds nothing to the elements and takes nothing from them.
    public func progress(_ label: String = "", total: Int? = nil) -> ProgressSequence<Self> {
        ProgressSequence(self, label: label, total: total, writer: .standardError)
    }
}

/// A sequence that shows how far it has come.
public struct ProgressSequence<Base: AsyncSequence>: AsyncSequence {
    /// The element of the sequence.
    public typealias Element = Base.Element
    /// What the sequence throws.
    public typealias Failure = Base.Failure

    private let base: Base
    private let label: String
    private let total: Int?
    private let writer: ProgressWriter

    init(_ base: Base, label: String, total: Int?, writer: ProgressWriter) {
        self.base = base
        self.label = label
        self.total = total
        self.writer = writer
    }

    /// Begins the iteration, and the measured time.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(
            base.makeAsyncIterator(), writer,
            ProgressRenderer(label: label, total: total, isTerminal: writer.isTerminal))
    }

    /// Goes through the elements.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var base: Base.AsyncIterator
        private let writer: ProgressWriter
        private var renderer: ProgressRenderer
        private let begin: UInt64

        init(_ base: Base.AsyncIterator, _ writer: ProgressWriter, _ renderer: ProgressRenderer) {
            self.base = base
            self.writer = writer
            self.renderer = renderer
            begin = writer.now()
        }

        /// Waits for the next element, isolated to the caller's actor; nil at the end.
        ///
        /// - Parameter actor: the actor that the caller runs on.
        /// - Returns: the element; nil at the end.
        /// - Throws: what the sequence throws.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(Base.Failure) -> Base.Element? {
            do {
                guard let element = try await base.next(isolation: actor) else {
                    write(renderer.finish(at: time))
                    return nil
                }
                write(renderer.advance(at: time))
                return element
            } catch {
                write(renderer.finish(at: time, failed: true))
                throw error
            }
        }

        private var time: Duration { .nanoseconds(Int64(clamping: writer.now() &- begin)) }

        private func write(_ text: String?) {
            if let text { writer.write(text) }
        }
    }
}

extension ProgressSequence: Sendable where Base: Sendable {}

@available(*, unavailable)
extension ProgressSequence.AsyncIterator: Sendable {}

/// Where progress is shown, and the clock that it is measured by.
struct ProgressWriter: Sendable {
    let isTerminal: Bool
    let write: @Sendable (String) -> Void
    let now: @Sendable () -> UInt64

    static var standardError: ProgressWriter {
        ProgressWriter(
            isTerminal: StandardError.isTerminal, write: { StandardError.write($0) },
            now: { Deadline.now.nanoseconds })
    }
}
