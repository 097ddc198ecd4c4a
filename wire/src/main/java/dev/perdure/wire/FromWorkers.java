package dev.perdure.wire;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Progress;
import dev.perdure.supervision.Vitals;
import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.v1.Wire;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/** Writes and reads what workers say. */
final class FromWorkers {
    /** The version of the protocol; see {@code wire.proto} for what raises it. */
    static final int PROTOCOL = 2;

    private static final Map<Wire.Phase, Progress.Phase> PHASES = new EnumMap<>(Wire.Phase.class);

    static {
        for (Progress.Phase phase : Progress.Phase.values()) {
            PHASES.put(phase(phase), phase);
        }
    }

    private FromWorkers() {}

    static Wire.FromWorker write(FromWorker message) {
        Wire.FromWorker.Builder written =
                Wire.FromWorker.newBuilder().setWorker(message.worker().name());
        switch (message) {
            case FromWorker.Join said -> written.setJoin(join(said));
            case FromWorker.Heartbeat said -> written.setHeartbeat(heartbeat(said));
            case FromWorker.Ready said -> {
                Wire.Ready.Builder ready = written.getReadyBuilder().setGeneration(said.generation());
                said.position().ifPresent(ready::setPosition);
            }
            case FromWorker.Formed said ->
                written.getFormedBuilder().setGeneration(said.generation()).setPosition(said.position());
            case FromWorker.Met said -> written.getMetBuilder().setGeneration(said.generation());
            case FromWorker.Broken said -> {
                Wire.Broken.Builder broken = written.getBrokenBuilder()
                        .setGeneration(said.generation())
                        .setEvidence(said.evidence());
                said.position().ifPresent(broken::setPosition);
            }
            case FromWorker.Stands said ->
                written.getStandsBuilder()
                        .setGeneration(said.generation())
                        .setPosition(said.position())
                        .setDigest(said.digest());
            case FromWorker.Noticed said ->
                written.getNoticedBuilder()
                        .setGeneration(said.generation())
                        .setKind(said.kind())
                        .setEvidence(said.evidence());
            case FromWorker.Checked said ->
                written.getCheckedBuilder().setGeneration(said.generation()).setPosition(said.position());
            case FromWorker.Miscomputed said ->
                written.getMiscomputedBuilder()
                        .setGeneration(said.generation())
                        .setPosition(said.position())
                        .addAllCulprits(
                                said.culprits().stream().map(WorkerId::name).toList())
                        .setEvidence(said.evidence());
            case FromWorker.NotFinite said ->
                written.getNotFiniteBuilder()
                        .setGeneration(said.generation())
                        .setPosition(said.position())
                        .setEvidence(said.evidence());
            case FromWorker.Told said ->
                written.getToldBuilder().setGeneration(said.generation()).setText(said.text());
            case FromWorker.Leaves said ->
                written.getLeavesBuilder()
                        .setGeneration(said.generation())
                        .setFatal(said.fatal())
                        .setReason(said.reason());
            case FromWorker.Done said ->
                written.getDoneBuilder().setGeneration(said.generation()).setWeightsSha256(said.weightsSha256());
        }
        return written.build();
    }

    private static Wire.Join join(FromWorker.Join said) {
        Wire.Join.Builder join = Wire.Join.newBuilder()
                .setProtocol(PROTOCOL)
                .setHost(said.host())
                .setPid(said.pid())
                .setBuild(said.build())
                .setConfiguration(said.configuration())
                .setGeneration(said.generation());
        said.position().ifPresent(join::setPosition);
        return join.build();
    }

    private static Wire.Heartbeat heartbeat(FromWorker.Heartbeat said) {
        return Wire.Heartbeat.newBuilder()
                .setGeneration(said.generation())
                .setPosition(said.progress().position())
                .setPhase(phase(said.progress().phase()))
                .setMicrobatch(said.progress().microbatch())
                .setVitals(vitals(said.vitals()))
                .build();
    }

    /**
     * Reads what was received.
     *
     * @throws IllegalArgumentException if it is no message of this protocol
     */
    static FromWorker read(Wire.FromWorker received) {
        var worker = new WorkerId(received.getWorker());
        return switch (received.getSaidCase()) {
            case JOIN -> join(worker, received.getJoin());
            case HEARTBEAT -> heartbeat(worker, received.getHeartbeat());
            case READY -> {
                Wire.Ready said = received.getReady();
                yield new FromWorker.Ready(
                        worker, said.getGeneration(), present(said.hasPosition(), said.getPosition()));
            }
            case FORMED ->
                new FromWorker.Formed(
                        worker,
                        received.getFormed().getGeneration(),
                        received.getFormed().getPosition());
            case MET -> new FromWorker.Met(worker, received.getMet().getGeneration());
            case BROKEN -> {
                Wire.Broken said = received.getBroken();
                yield new FromWorker.Broken(
                        worker,
                        said.getGeneration(),
                        present(said.hasPosition(), said.getPosition()),
                        said.getEvidence());
            }
            case STANDS -> {
                Wire.Stands said = received.getStands();
                yield new FromWorker.Stands(worker, said.getGeneration(), said.getPosition(), said.getDigest());
            }
            case NOTICED -> {
                Wire.Noticed said = received.getNoticed();
                yield new FromWorker.Noticed(worker, said.getGeneration(), said.getKind(), said.getEvidence());
            }
            case CHECKED ->
                new FromWorker.Checked(
                        worker,
                        received.getChecked().getGeneration(),
                        received.getChecked().getPosition());
            case MISCOMPUTED -> {
                Wire.Miscomputed said = received.getMiscomputed();
                yield new FromWorker.Miscomputed(
                        worker,
                        said.getGeneration(),
                        said.getPosition(),
                        said.getCulpritsList().stream().map(WorkerId::new).toList(),
                        said.getEvidence());
            }
            case NOT_FINITE -> {
                Wire.NotFinite said = received.getNotFinite();
                yield new FromWorker.NotFinite(worker, said.getGeneration(), said.getPosition(), said.getEvidence());
            }
            case TOLD ->
                new FromWorker.Told(
                        worker,
                        received.getTold().getGeneration(),
                        received.getTold().getText());
            case LEAVES -> {
                Wire.Leaves said = received.getLeaves();
                yield new FromWorker.Leaves(worker, said.getGeneration(), said.getFatal(), said.getReason());
            }
            case DONE ->
                new FromWorker.Done(
                        worker,
                        received.getDone().getGeneration(),
                        received.getDone().getWeightsSha256());
            case SAID_NOT_SET ->
                throw new IllegalArgumentException("message of %s: of a kind that is not known here".formatted(worker));
        };
    }

    private static FromWorker.Join join(WorkerId worker, Wire.Join said) {
        return new FromWorker.Join(
                worker,
                said.getHost(),
                said.getPid(),
                said.getBuild(),
                said.getConfiguration(),
                said.getGeneration(),
                present(said.hasPosition(), said.getPosition()));
    }

    private static FromWorker.Heartbeat heartbeat(WorkerId worker, Wire.Heartbeat said) {
        Progress.Phase phase = PHASES.get(said.getPhase());
        if (phase == null) {
            throw new IllegalArgumentException(
                    "phase of %s: %d (expected: one of %s)".formatted(worker, said.getPhaseValue(), PHASES.values()));
        }
        return new FromWorker.Heartbeat(
                worker,
                said.getGeneration(),
                new Progress(said.getPosition(), phase, said.getMicrobatch()),
                vitals(said.getVitals()));
    }

    private static Wire.Vitals vitals(Vitals vitals) {
        return Wire.Vitals.newBuilder()
                .setMicrobatches(vitals.microbatches())
                .setComputingNanos(vitals.computingNanos())
                .setErrors(vitals.errors())
                .setSaved(vitals.saved())
                .build();
    }

    private static Vitals vitals(Wire.Vitals vitals) {
        return new Vitals(vitals.getMicrobatches(), vitals.getComputingNanos(), vitals.getErrors(), vitals.getSaved());
    }

    private static Wire.Phase phase(Progress.Phase phase) {
        return switch (phase) {
            case IDLE -> Wire.Phase.IDLE;
            case MEETING -> Wire.Phase.MEETING;
            case COPYING -> Wire.Phase.COPYING;
            case RESTORING -> Wire.Phase.RESTORING;
            case DATA -> Wire.Phase.DATA;
            case COMPUTING -> Wire.Phase.COMPUTING;
            case EXCHANGING -> Wire.Phase.EXCHANGING;
            case APPLYING -> Wire.Phase.APPLYING;
            case EVALUATING -> Wire.Phase.EVALUATING;
            case SAVING -> Wire.Phase.SAVING;
        };
    }

    static OptionalLong present(boolean present, long value) {
        return present ? OptionalLong.of(value) : OptionalLong.empty();
    }
}
