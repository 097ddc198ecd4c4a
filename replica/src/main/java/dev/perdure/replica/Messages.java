package dev.perdure.replica;

import dev.perdure.oip.ModelId;
import dev.perdure.replica.LoadRefusedException.Reason;
import dev.perdure.replica.v1.Control;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/** Values as messages of {@code replica.proto}, and back. */
final class Messages {
    private Messages() {}

    static Control.Heartbeat write(Heartbeat heartbeat) {
        var written = Control.Heartbeat.newBuilder()
                .setSequence(heartbeat.sequence())
                .setPid(heartbeat.pid())
                .setDraining(heartbeat.draining())
                .setUpMillis(heartbeat.up().toMillis())
                .addAllLoading(heartbeat.loading());
        heartbeat.models().forEach(model -> written.addModels(write(model)));
        return written.build();
    }

    static Heartbeat read(Control.Heartbeat received) {
        return new Heartbeat(
                received.getSequence(),
                received.getPid(),
                received.getDraining(),
                Duration.ofMillis(received.getUpMillis()),
                received.getModelsList().stream().map(Messages::read).toList(),
                received.getLoadingList());
    }

    static Control.ModelState write(ModelState state) {
        return Control.ModelState.newBuilder()
                .setName(state.id().name())
                .setVersion(state.id().version().orElse(""))
                .setDigest(state.digest())
                .setFramework(state.framework())
                .setUnloading(state.unloading())
                .setTaken(state.taken())
                .setAnswered(state.answered())
                .setFailed(state.failed())
                .setLate(state.late())
                .setTurnedAway(state.turnedAway())
                .setQueued(state.queued())
                .setBatches(state.batches())
                .setSamples(state.samples())
                .setComputing(state.computing())
                .setComputingMicros(state.computingFor().toNanos() / 1000)
                .setNonFinite(state.nonFinite())
                .build();
    }

    static ModelState read(Control.ModelState received) {
        return new ModelState(
                ModelId.of(received.getName(), received.getVersion()),
                received.getDigest(),
                received.getFramework(),
                received.getUnloading(),
                received.getTaken(),
                received.getAnswered(),
                received.getFailed(),
                received.getLate(),
                received.getTurnedAway(),
                received.getQueued(),
                received.getBatches(),
                received.getSamples(),
                received.getComputing(),
                Duration.of(received.getComputingMicros(), ChronoUnit.MICROS),
                received.getNonFinite());
    }

    static Control.LoadResponse write(LoadRefusedException refused) {
        return Control.LoadResponse.newBuilder()
                .setRefused(Control.Refused.newBuilder()
                        .setReason(refused.reason().name())
                        .setMessage(String.valueOf(refused.getMessage())))
                .build();
    }

    static LoadRefusedException read(Control.Refused received) {
        Reason reason = Arrays.stream(Reason.values())
                .filter(known -> known.name().equals(received.getReason()))
                .findFirst()
                .orElse(Reason.OTHER);
        return new LoadRefusedException(reason, received.getMessage());
    }
}
