package dev.perdure.training;

import dev.perdure.data.Augment;
import dev.perdure.data.Dataset;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainableModel.Evaluation;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/** Evaluates a model as it is, together with the others of a team. */
final class Evaluating {
    private static final int BATCH = 256;

    private final Dataset data;
    private final TrainableModel model;

    Evaluating(Dataset data, TrainableModel model) {
        this.data = data;
        this.model = model;
    }

    /**
     * Evaluates on some samples. Members take parts in turn; the sum goes over the parts in order, so that it does not depend
     * on who took which.
     *
     * @throws dev.perdure.engine.CollectiveFailedException if another member is gone
     */
    Evaluation on(Team team, int[] ids) {
        team.requireStanding();
        int size = team.group().size();
        int parts = Math.ceilDiv(ids.length, BATCH);
        int partsEach = Math.ceilDiv(parts, size);
        double[] losses = new double[partsEach];
        long[] counts = new long[2 * partsEach];
        for (int i = 0; i * size + team.rank() < parts; i++) {
            Evaluation part = part(ids, i * size + team.rank());
            losses[i] = part.lossSum();
            counts[2 * i] = part.correct();
            counts[2 * i + 1] = part.samples();
        }
        List<double[]> allLosses = team.group().gatherDoubles(losses);
        List<long[]> allCounts = team.group().gatherLongs(counts);
        Evaluation sum = Evaluation.none();
        for (int part = 0; part < parts; part++) {
            int i = part / size;
            long[] count = allCounts.get(part % size);
            sum = sum.plus(
                    new Evaluation(allLosses.get(part % size)[i], count[2 * i], Math.toIntExact(count[2 * i + 1])));
        }
        return sum;
    }

    private Evaluation part(int[] ids, int part) {
        int from = part * BATCH;
        int[] some = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + BATCH));
        try (Arena arena = Arena.ofConfined()) {
            return model.evaluate(data.batch(some, Augment.none(), arena));
        }
    }
}
