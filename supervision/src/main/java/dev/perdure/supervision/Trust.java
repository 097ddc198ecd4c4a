package dev.perdure.supervision;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What is known of the numbers: which states can be built on, and who was found wrong. A doubt is durable before anybody is
 * fenced for it; otherwise a successor would see a worker that died, and go on with what the others have from it.
 */
final class Trust {
    private static final Duration NOTED_EVERY = Duration.ofSeconds(1);

    private final Desk desk;
    private final Map<WorkerId, Failure> accused = new LinkedHashMap<>();
    private Trusted trusted;
    private boolean isDurable = true;
    /** Where the generation began, once this supervisor has heard of it. */
    private OptionalLong began = OptionalLong.empty();

    private OptionalLong notedAt = OptionalLong.empty();
    private Witnesses witnesses = new Witnesses(0);

    Trust(Desk desk, Trusted known) {
        this.desk = desk;
        trusted = known;
    }

    Trusted trusted() {
        return trusted;
    }

    OptionalLong notAfter() {
        return trusted.notAfter();
    }

    /** Returns whether a generation may be decided on: every doubt will outlive this supervisor. */
    boolean isSettled() {
        return isDurable;
    }

    void begins(Generation generation) {
        began = OptionalLong.empty();
        witnesses = new Witnesses(generation.shares().size());
    }

    Witnesses.Verdict said(WorkerId worker, long position, String digest) {
        return witnesses.said(worker, position, digest);
    }

    /**
     * What is agreed on is made durable once a second: a successor that knows of a little less goes back a little further, and
     * is as right.
     */
    void agreed(long position, String digest) {
        trusted = trusted.agreed(position);
        if (notedAt.isEmpty() || desk.clock - notedAt.getAsLong() >= NOTED_EVERY.toNanos()) {
            notedAt = OptionalLong.of(desk.clock);
            desk.outbox.add(new Fact.Agreed(position, digest));
        }
    }

    void checked(long position) {
        become(trusted.checked(position));
    }

    void decided(Generation generation) {
        trusted = trusted.decided(generation);
    }

    /** A member of the generation that begins says where it does so. */
    void beginsAt(long position) {
        began = OptionalLong.of(position);
    }

    /** All members of a generation have its source's state, or one that they have made of it since. */
    void formed(Generation generation, long position) {
        if (generation.notAfter().isPresent()) {
            become(trusted.settled(position));
        } else if (generation.restores() && began.isPresent()) {
            become(trusted.restored(began.getAsLong()));
        }
    }

    private void become(Trusted next) {
        if (!next.equals(trusted)) {
            trusted = next;
            desk.outbox.add(new Fact.Believed(next));
        }
    }

    /** States after a position count for nothing. Whoever is to blame is fenced once that is durable. */
    void doubt(long notAfter, Map<WorkerId, Failure> culprits) {
        trusted = trusted.doubted(notAfter);
        isDurable = false;
        accused.putAll(culprits);
        desk.outbox.add(new Fact.Believed(trusted));
    }

    /** Returns who is to be fenced, now that this much is durable. */
    Map<WorkerId, Failure> durable(Trusted written) {
        if (isDurable || !written.equals(trusted)) {
            return Map.of();
        }
        isDurable = true;
        var fenced = new LinkedHashMap<>(accused);
        accused.clear();
        return fenced;
    }
}
