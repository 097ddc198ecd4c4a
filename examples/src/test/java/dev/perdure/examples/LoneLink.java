package dev.perdure.examples;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Generation;
import dev.perdure.supervision.Share;
import dev.perdure.supervision.ToWorker;
import dev.perdure.training.EventLines;
import dev.perdure.training.TrainingEvent;
import dev.perdure.training.WorkerLink;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A supervisor in the same process, of one worker that nothing happens to. */
record LoneLink(Side side, int microbatches, Consumer<TrainingEvent> told) implements WorkerLink {
    private static final long EPOCH = 1;

    LoneLink {
        side.ordered(new ToWorker.Welcome(EPOCH, Duration.ofSeconds(1)));
        side.ordered(new ToWorker.Prepare(EPOCH, 1));
    }

    @Override
    public void send(FromWorker message) {
        if (message instanceof FromWorker.Told said) {
            EventLines.parse(said.text()).ifPresent(told);
        } else if (message instanceof FromWorker.Ready ready) {
            side.ordered(new ToWorker.Form(EPOCH, aloneIn(ready)));
        } else if (message instanceof FromWorker.Done || message instanceof FromWorker.Leaves) {
            side.ordered(new ToWorker.Stop(EPOCH, "done"));
        }
    }

    private Generation aloneIn(FromWorker.Ready ready) {
        return new Generation(
                ready.generation(),
                List.of(new Share(ready.worker(), 0, microbatches)),
                0,
                OptionalLong.empty(),
                "nowhere");
    }

    @Override
    public Duration alone() {
        return Duration.ZERO;
    }

    @Override
    public void close() {}
}
