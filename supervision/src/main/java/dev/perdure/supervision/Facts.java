package dev.perdure.supervision;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * All that a successor needs of the facts recorded so far. As large as the number of workers, however long the run.
 *
 * @param generation the last that was decided on
 * @param living who was launched and is not known to be gone, and in which slot
 * @param slots what is remembered of each
 * @param position the highest that is known to have been applied
 * @param trusted up to where states are known to be right
 * @param outcome present once the run is over
 */
public record Facts(
        Targets targets,
        Optional<Generation> generation,
        Map<WorkerId, Integer> living,
        Map<Integer, Slot> slots,
        OptionalLong position,
        Trusted trusted,
        Optional<Outcome> outcome) {
    public Facts {
        living = new LinkedHashMap<>(living);
        slots = new TreeMap<>(slots);
    }

    /** Returns what is known of a run that has not begun. */
    public static Facts none(Targets targets) {
        return new Facts(
                targets, Optional.empty(), Map.of(), Map.of(), OptionalLong.empty(), Trusted.NOTHING, Optional.empty());
    }

    /** Returns what is known once this is known too. */
    public Facts with(Fact fact) {
        return switch (fact) {
            case Fact.Launched launched -> {
                var next = new LinkedHashMap<>(living);
                next.put(launched.worker(), launched.slot());
                yield new Facts(
                        targets,
                        generation,
                        next,
                        remember(launched.slot(), launched.history()),
                        position,
                        trusted,
                        outcome);
            }
            case Fact.Gone gone -> {
                var next = new LinkedHashMap<>(living);
                next.remove(gone.worker());
                yield new Facts(
                        targets, generation, next, remember(gone.slot(), gone.history()), position, trusted, outcome);
            }
            case Fact.Formed formed ->
                new Facts(
                        targets,
                        Optional.of(formed.generation()),
                        living,
                        slots,
                        higher(formed.generation().position()),
                        trusted.decided(formed.generation()),
                        outcome);
            case Fact.Happened _, Fact.Tried _ -> this;
            case Fact.Agreed agreed ->
                new Facts(
                        targets,
                        generation,
                        living,
                        slots,
                        higher(OptionalLong.of(agreed.position())),
                        trusted.agreed(agreed.position()),
                        outcome);
            case Fact.Believed believed ->
                new Facts(targets, generation, living, slots, position, believed.trusted(), outcome);
            case Fact.Resized resized ->
                new Facts(resized.targets(), generation, living, slots, position, trusted, outcome);
            case Fact.Ended ended ->
                new Facts(targets, generation, living, slots, position, trusted, Optional.of(ended.outcome()));
        };
    }

    private Map<Integer, Slot> remember(int slot, Slot history) {
        var next = new TreeMap<>(slots);
        next.put(slot, history);
        return next;
    }

    private OptionalLong higher(OptionalLong other) {
        return other.isPresent() && (position.isEmpty() || other.getAsLong() > position.getAsLong()) ? other : position;
    }
}
