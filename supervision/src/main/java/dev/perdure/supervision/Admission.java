package dev.perdure.supervision;

import java.util.Optional;

/** Who may take part. */
final class Admission {
    private Admission() {}

    /**
     * Returns why a worker cannot be let in, with what it has and what is expected, if it cannot.
     *
     * @param known what is known of a process of this name, if it was launched and is not gone
     * @param latest the number of the last generation that was decided on
     */
    static Optional<String> refusal(FromWorker.Join join, Optional<Life> known, Run run, long latest) {
        if (!join.build().equals(run.build())) {
            return Optional.of("%s runs build %s (expected: %s, the supervisor's). Start it from the same build."
                    .formatted(join.worker(), join.build(), run.build()));
        }
        if (!join.configuration().equals(run.configuration())) {
            return Optional.of(
                    "%s opened configuration and data with digest %s (expected: %s, this run's). They must not change while a run lasts."
                            .formatted(join.worker(), join.configuration(), run.configuration()));
        }
        if (join.generation() > latest || join.position().orElse(0) > run.positionMax()) {
            return Optional.of(
                    "%s is of another run: it is in generation %d at position %s (expected: at most %d and %d)"
                            .formatted(
                                    join.worker(),
                                    join.generation(),
                                    join.position().isPresent()
                                            ? join.position().getAsLong()
                                            : "none",
                                    latest,
                                    run.positionMax()));
        }
        if (known.isEmpty()) {
            return Optional.of("%s is no living worker of this run: it was not launched by it, or was given up"
                    .formatted(join.worker()));
        }
        return refusal(join, known.get());
    }

    private static Optional<String> refusal(FromWorker.Join join, Life life) {
        if (life.stage == Life.Stage.FENCED) {
            return Optional.of("%s was given up, and is being ended".formatted(join.worker()));
        }
        if (life.pid.isPresent() && life.pid.getAsLong() != join.pid()) {
            return Optional.of("%s is process %d (and not process %d); two cannot have one name"
                    .formatted(join.worker(), life.pid.getAsLong(), join.pid()));
        }
        return Optional.empty();
    }
}
