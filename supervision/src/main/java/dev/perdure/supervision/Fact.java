package dev.perdure.supervision;

import dev.perdure.reliability.FaultKind;

/** What must outlive a supervisor. {@link Facts} is all of them together, as far as a successor needs them. */
public sealed interface Fact {

    /** A process of this name may exist from now on: durable before it is launched, so that none is ever forgotten. */
    record Launched(WorkerId worker, int slot, Slot history) implements Fact {}

    /** There is no process of this name any more, and there never will be one again. */
    record Gone(WorkerId worker, int slot, Slot history) implements Fact {}

    /** A generation was decided on: durable before any of its members hears of it. */
    record Formed(Generation generation, String reason) implements Fact {}

    /** Something went wrong; or more is known of it. */
    record Happened(Incident incident) implements Fact {}

    /**
     * Something was tried about an incident, and it is known whether that helped.
     *
     * @param incident its id
     * @param kind what was believed to be wrong
     * @param strategy the key of what was tried
     * @param tookNanos from the decision until that was known
     */
    record Tried(String incident, FaultKind kind, String strategy, boolean helped, long tookNanos) implements Fact {}

    /** All members stood at this position with the same digest of their state. */
    record Agreed(long position, String digest) implements Fact {}

    /** Up to where states are known to be right; replaces what was known of that. */
    record Believed(Trusted trusted) implements Fact {}

    /** From now on this many are wanted. */
    record Resized(Targets targets) implements Fact {}

    /** The run is over; what still runs is only to be ended. */
    record Ended(Outcome outcome) implements Fact {}
}
