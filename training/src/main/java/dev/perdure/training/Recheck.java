package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.TensorData;
import dev.perdure.data.Dataset;
import dev.perdure.data.Prefetcher;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * Has some microbatches of a step computed again by another member than their owner, before the weights change, and
 * compares gradient, statistics and loss bit for bit: arithmetic that is wrong on one machine shows nowhere else, since all
 * members apply the same wrong sum. Every so many steps one microbatch of each member is looked at, chosen by a hash; when
 * it is every step, all of them are. Also in the last step, so that no step remains that nobody looked back on.
 */
final class Recheck {
    private final Team team;
    private final StepPlan plan;
    private final int every;
    private final long seed;
    private final Dataset data;
    private final int[] trainIds;
    private final StepComputer again;
    private final Map<Integer, Long> seen = new HashMap<>();

    /**
     * Prepares for a generation.
     *
     * @param every how many steps lie between two looks; 0 to look never
     * @param again computes what is computed again; its buffers are nobody else's
     */
    Recheck(Team team, StepPlan plan, int every, long seed, Dataset data, int[] trainIds, StepComputer again) {
        this.team = team;
        this.plan = plan;
        this.every = every;
        this.seed = seed;
        this.data = data;
        this.trainIds = trainIds;
        this.again = again;
    }

    boolean isDue(long step) {
        return every > 0 && team.group().size() > 1 && (step % every == 0 || step == plan.steps());
    }

    /** Notes a microbatch's gradient, before it is summed with others. */
    void saw(long step, int microbatch, TensorData values) {
        if (isDue(step)) {
            seen.put(microbatch, StateCopy.checksum(List.of(values)));
        }
    }

    /**
     * Compares with the other members. Every member calls it.
     *
     * @param own what this member computed of the step
     * @param waits is called before the others are waited for, who may be late through no fault of this member's
     * @throws MiscomputedException in all members, if anything comes out different
     */
    void compare(long step, ShareGradient own, Runnable waits) throws InterruptedException {
        if (!isDue(step)) {
            return;
        }
        int size = team.group().size();
        int rank = team.rank();
        int most = team.shares().stream()
                .mapToInt(share -> chosen(step, share).size())
                .max()
                .orElse(0);
        long[] said = new long[2 * most];
        List<Integer> mine = chosen(step, team.share());
        for (int i = 0; i < mine.size(); i++) {
            said[i] = digest(seen.getOrDefault(mine.get(i), 0L), resultOf(own, mine.get(i)));
        }
        List<Integer> others = chosen(step, team.shares().get((rank + size - 1) % size));
        for (int i = 0; i < others.size(); i++) {
            said[most + i] = compute(step, others.get(i));
        }
        seen.clear();
        waits.run();
        List<long[]> all = team.group().gatherLongs(said);
        var different = new ArrayList<Different>();
        for (int owner = 0; owner < size; owner++) {
            List<Integer> indices = chosen(step, team.shares().get(owner));
            for (int i = 0; i < indices.size(); i++) {
                long first = all.get(owner)[i];
                long second = all.get((owner + 1) % size)[most + i];
                if (first != second) {
                    different.add(new Different(indices.get(i), owner, first, second));
                }
            }
        }
        if (!different.isEmpty()) {
            recount(step, different);
        }
    }

    private record Different(int microbatch, int owner, long first, long again) {}

    private void recount(long step, List<Different> different) throws InterruptedException {
        int size = team.group().size();
        long[] said = new long[different.size()];
        for (int i = 0; i < said.length; i++) {
            int distance = (team.rank() - different.get(i).owner() + size) % size;
            if (distance <= 2) {
                said[i] = compute(step, different.get(i).microbatch());
            }
        }
        List<long[]> all = team.group().gatherLongs(said);
        var culprits = new TreeSet<Integer>();
        var evidence = new ArrayList<String>();
        for (int i = 0; i < said.length; i++) {
            Recount recount = recount(different.get(i), i, all);
            culprits.addAll(recount.culprits());
            evidence.add("of the gradient of microbatch %d in step %d, %s"
                    .formatted(different.get(i).microbatch(), step, recount.words()));
        }
        throw new MiscomputedException(culprits, String.join("; ", evidence));
    }

    private Recount recount(Different one, int at, List<long[]> all) {
        int size = all.size();
        int checker = (one.owner() + 1) % size;
        int third = (one.owner() + 2) % size;
        return new Recount(
                one.owner(),
                checker,
                one.first(),
                one.again(),
                all.get(one.owner())[at],
                all.get(checker)[at],
                size < 3 ? Optional.empty() : Optional.of(new Recount.Third(third, all.get(third)[at])));
    }

    /** Returns which microbatches of a share are looked at, as far as they have samples. */
    private List<Integer> chosen(long step, Span share) {
        List<Integer> all = share.indices()
                .filter(index -> plan.microbatchOf(step, index).size() > 0)
                .boxed()
                .toList();
        if (all.size() < 2 || every == 1) {
            return all;
        }
        var crc = new CRC32C();
        crc.update("%d %d %d".formatted(seed, step, share.from()).getBytes(UTF_8));
        return List.of(all.get((int) (crc.getValue() % all.size())));
    }

    private long compute(long step, int microbatch) throws InterruptedException {
        Prefetcher.Recipe recipe =
                new BatchRecipes(plan, trainIds, seed, step, new Span(microbatch, microbatch + 1)).next();
        try (Arena arena = Arena.ofConfined()) {
            var batch = data.batch(recipe.ids(), recipe.augment(), arena);
            ShareGradient one =
                    again.computeShare(plan, step, List.of(new Span(microbatch, microbatch + 1)), _ -> batch);
            return digest(StateCopy.checksum(one.sums().getFirst().stream().toList()), resultOf(one, microbatch));
        }
    }

    private static MicrobatchResult resultOf(ShareGradient share, int microbatch) {
        return share.microbatches().stream()
                .filter(result -> result.index() == microbatch)
                .findFirst()
                .orElseThrow();
    }

    /** Returns a digest of a microbatch's gradient and of what it gave beside that. */
    private static long digest(long gradient, MicrobatchResult result) {
        var beside = new CRC32C();
        beside.update(result.statistics().data().toArray(ValueLayout.JAVA_BYTE)); // may be on the heap
        long sums = Double.doubleToRawLongBits(result.lossSum()) * 31 + result.correct();
        return (gradient << 32 | beside.getValue()) ^ Long.rotateLeft(sums * 0x9E3779B97F4A7C15L, 7);
    }
}
