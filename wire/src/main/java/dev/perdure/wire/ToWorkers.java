package dev.perdure.wire;

import dev.perdure.supervision.Adjustment;
import dev.perdure.supervision.Generation;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.v1.Wire;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Writes and reads what the supervisor says. */
final class ToWorkers {
    private static final Form NONE = new Form(Optional.empty(), Wire.Form.getDefaultInstance());
    private static final AtomicReference<Form> lastWritten = new AtomicReference<>(NONE);
    private static final AtomicReference<Form> lastRead = new AtomicReference<>(NONE);

    private ToWorkers() {}

    /** A generation that was written or read. */
    private record Form(Optional<Generation> generation, Wire.Form written) {}

    static Wire.ToWorker write(ToWorker message) {
        Wire.ToWorker.Builder written = Wire.ToWorker.newBuilder().setEpoch(message.epoch());
        switch (message) {
            case ToWorker.Welcome said ->
                written.getWelcomeBuilder().setHeartbeatsNanos(said.heartbeats().toNanos());
            case ToWorker.Refused said -> written.getRefusedBuilder().setReason(said.reason());
            case ToWorker.Prepare said -> written.getPrepareBuilder().setGeneration(said.generation());
            case ToWorker.Form said -> written.setForm(form(said.generation()));
            case ToWorker.Extend said -> written.setExtend(form(said.generation()));
            case ToWorker.Switch said -> written.getSwitchBuilder().setGeneration(said.generation());
            case ToWorker.Stop said -> written.getStopBuilder().setReason(said.reason());
        }
        return written.build();
    }

    /** A generation is said to all its members one after the other: it is written once. */
    private static Wire.Form form(Generation generation) {
        Form known = lastWritten.get();
        if (!known.generation().equals(Optional.of(generation))) {
            known = new Form(Optional.of(generation), written(generation));
            lastWritten.set(known);
        }
        return known.written();
    }

    private static Wire.Form written(Generation generation) {
        Wire.Form.Builder form = Wire.Form.newBuilder()
                .setNumber(generation.number())
                .setSource(generation.source())
                .setMeetingPoint(generation.meetingPoint());
        generation.position().ifPresent(form::setPosition);
        generation.joiners().forEach(joiner -> form.addJoiners(joiner.name()));
        generation.notAfter().ifPresent(form::setNotAfter);
        for (Adjustment adjustment : generation.adjustments()) {
            Wire.Adjustment.Builder one = form.addAdjustmentsBuilder().setStep(adjustment.step());
            if (adjustment instanceof Adjustment.LowerRate lower) {
                one.setRateFactor(lower.factor());
            }
        }
        Members.write(generation.shares(), form);
        return form.build();
    }

    /**
     * Reads what was received.
     *
     * @throws IllegalArgumentException if it is no message of this protocol
     */
    static ToWorker read(Wire.ToWorker received) {
        long epoch = received.getEpoch();
        return switch (received.getSaidCase()) {
            case WELCOME ->
                new ToWorker.Welcome(epoch, heartbeats(received.getWelcome().getHeartbeatsNanos()));
            case REFUSED -> new ToWorker.Refused(epoch, received.getRefused().getReason());
            case PREPARE -> new ToWorker.Prepare(epoch, received.getPrepare().getGeneration());
            case FORM -> new ToWorker.Form(epoch, generation(received.getForm()));
            case EXTEND -> new ToWorker.Extend(epoch, generation(received.getExtend()));
            case SWITCH -> new ToWorker.Switch(epoch, received.getSwitch().getGeneration());
            case STOP -> new ToWorker.Stop(epoch, received.getStop().getReason());
            case SAID_NOT_SET ->
                throw new IllegalArgumentException(
                        "message of the supervisor of epoch %d: of a kind that is not known here".formatted(epoch));
        };
    }

    private static Duration heartbeats(long nanos) {
        if (nanos <= 0) {
            throw new IllegalArgumentException("heartbeats: every %d ns (expected: > 0)".formatted(nanos));
        }
        return Duration.ofNanos(nanos);
    }

    private static Adjustment adjustment(Wire.Adjustment one) {
        return one.hasRateFactor()
                ? new Adjustment.LowerRate(one.getStep(), one.getRateFactor())
                : new Adjustment.SkipBatch(one.getStep());
    }

    /** Where many workers are played, all are told of the same one. */
    private static Generation generation(Wire.Form form) {
        Form known = lastRead.get();
        if (known.generation().isEmpty() || !known.written().equals(form)) {
            known = new Form(Optional.of(read(form)), form);
            lastRead.set(known);
        }
        return known.generation().orElseThrow();
    }

    private static Generation read(Wire.Form form) {
        return new Generation(
                form.getNumber(),
                Members.read(form),
                form.getSource(),
                FromWorkers.present(form.hasPosition(), form.getPosition()),
                FromWorkers.present(form.hasNotAfter(), form.getNotAfter()),
                form.getAdjustmentsList().stream().map(ToWorkers::adjustment).toList(),
                form.getMeetingPoint(),
                form.getJoinersList().stream().map(WorkerId::new).toList());
    }
}
