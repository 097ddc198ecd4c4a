package dev.perdure.training;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.WorkerId;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells a worker's supervisor where its replica stands.
 *
 * @param generation the one that it is in
 */
record StandingTold(WorkerId worker, WorkerLink link, Dispatches dispatches, LongSupplier generation)
        implements Standing {
    @Override
    public void at(long position, long digest) {
        link.send(new FromWorker.Stands(worker, generation.getAsLong(), position, digest));
    }

    @Override
    public void checked(long position) {
        link.send(new FromWorker.Checked(worker, generation.getAsLong(), position));
    }

    @Override
    public void noticed(String kind, String evidence) {
        link.send(new FromWorker.Noticed(worker, generation.getAsLong(), kind, evidence));
    }

    @Override
    public void saves() {
        dispatches.flush();
    }

    @Override
    public void figures(Dispatches.@Nullable Figures kept) {
        dispatches.writesTo(kept);
    }
}
