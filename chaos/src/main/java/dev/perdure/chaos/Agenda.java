package dev.perdure.chaos;

import dev.perdure.core.Seeds;
import dev.perdure.training.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A plan with every choice made: the same plan, seed and number of workers give the same agenda.
 *
 * @param workers how many make a complete team
 */
public record Agenda(Duration pace, int workers, List<Entry> entries) {
    /** What only the one that saves and tells goes through. */
    private static final Set<Phase> LEADERS = EnumSet.of(Phase.RESTORE, Phase.AWAIT_CAPTURE, Phase.SAVE, Phase.FINISH);

    public Agenda {
        entries = List.copyOf(entries);
    }

    /** When an entry is due. */
    public sealed interface Due {
        /** @param waits for a complete team */
        record AtStep(long step, boolean waits) implements Due {}

        /** @param pause since whatever happened before, from outside a worker */
        record AfterPause(long step, Duration pause) implements Due {}

        /** @param since from the first step that was applied */
        record After(Duration since) implements Due {}

        record Before() implements Due {}
    }

    /**
     * One fault that happens once.
     *
     * @param id its name in the agenda, such as {@code 03-kill}
     * @param who never random for a fault inside a worker
     * @param draw chooses among those there are when it happens, and whatever else has to be chosen
     */
    public record Entry(String id, Fault fault, Who who, Due due, long draw) {}

    static boolean onlyLeaderHas(Phase phase) {
        return LEADERS.contains(phase);
    }

    /** Makes all choices. */
    public static Agenda of(FaultPlan plan, long seed, int workers) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < plan.faults().size(); i++) {
            FaultPlan.Planned planned = plan.faults().get(i);
            Random random = new Random(Seeds.mix(Seeds.mix(seed) + i));
            String id = "%02d-%s".formatted(i + 1, planned.fault().kind());
            List<Due> dues = dues(planned.when(), random);
            for (int n = 0; n < dues.size(); n++) {
                String name = dues.size() == 1 ? id : "%s-%d".formatted(id, n + 1);
                add(entries, name, planned, dues.get(n), random, workers);
            }
        }
        return new Agenda(plan.pace(), workers, entries);
    }

    private static List<Due> dues(When when, Random random) {
        return switch (when) {
            case When.Before _ -> List.of(new Due.Before());
            case When.Every(Duration pause, int times) ->
                IntStream.rangeClosed(1, times)
                        .<Due>mapToObj(n -> new Due.After(pause.multipliedBy(n)))
                        .toList();
            case When.Bursts(long step, int times, int apart, int size, Duration pause) ->
                IntStream.range(0, times * size)
                        .<Due>mapToObj(n -> new Due.AfterPause(step + (long) (n / size) * apart, pause))
                        .toList();
            case When.AtStep at ->
                IntStream.range(0, at.times())
                        .<Due>mapToObj(n -> new Due.AtStep(
                                at.step() + (long) n * at.apart() + random.nextInt(at.spread() + 1), !at.hurries()))
                        .toList();
        };
    }

    private static void add(
            List<Entry> entries, String id, FaultPlan.Planned planned, Due due, Random random, int workers) {
        long draw = random.nextLong();
        Fault fault = planned.fault();
        if (!(fault instanceof Fault.Inside)) {
            entries.add(new Entry(id, fault, planned.who(), due, draw));
            return;
        }
        List<Integer> ranks = switch (planned.who()) {
            case Who.Random _ -> List.of(random.nextInt(workers));
            case Who.All _ -> IntStream.range(0, workers).boxed().toList();
            case Who.Two _ -> {
                int first = random.nextInt(workers);
                yield workers == 1 ? List.of(0) : List.of(first, (first + 1) % workers);
            }
            case Who.Rank(int rank) -> List.of(rank % workers);
            case Who.Slot _ -> List.of();
        };
        if (ranks.isEmpty()) {
            entries.add(new Entry(id, fault, planned.who(), due, draw));
        }
        for (int rank : ranks) {
            String name = ranks.size() == 1 ? id : "%s.%d".formatted(id, rank);
            entries.add(new Entry(name, fault, new Who.Rank(rank), due, draw));
        }
    }
}
