package dev.perdure.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.perdure.supervision.Adjustment;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Generation;
import dev.perdure.supervision.Progress;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.v1.Wire;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MessagesTest {
    private static final int SEEDS = 300;

    @Test
    void everyKindOfMessageOfAWorkerIsReadAsItWasWritten() throws Exception {
        for (Class<?> kind : FromWorker.class.getPermittedSubclasses()) {
            for (int seed = 0; seed < SEEDS; seed++) {
                FromWorker message = (FromWorker) any(kind, new Random(seed));
                Wire.FromWorker received =
                        Wire.FromWorker.parseFrom(FromWorkers.write(message).toByteString());
                assertThat(FromWorkers.read(received)).as("seed %d", seed).isEqualTo(message);
            }
        }
    }

    @Test
    void everyKindOfMessageOfTheSupervisorIsReadAsItWasWritten() throws Exception {
        for (Class<?> kind : ToWorker.class.getPermittedSubclasses()) {
            for (int seed = 0; seed < SEEDS; seed++) {
                ToWorker message = (ToWorker) any(kind, new Random(seed));
                Wire.ToWorker received =
                        Wire.ToWorker.parseFrom(ToWorkers.write(message).toByteString());
                assertThat(ToWorkers.read(received)).as("seed %d", seed).isEqualTo(message);
            }
        }
    }

    @Test
    void whatIsNoMessageIsRefusedInWords() {
        assertThatThrownBy(() -> FromWorkers.read(Wire.FromWorker.getDefaultInstance()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("worker: ''");
        assertThatThrownBy(() -> FromWorkers.read(
                        Wire.FromWorker.newBuilder().setWorker("w").build()))
                .hasMessageContaining("message of w: of a kind that is not known here");
        Wire.FromWorker.Builder unknownPhase = Wire.FromWorker.newBuilder().setWorker("w");
        unknownPhase.getHeartbeatBuilder().setPhaseValue(77);
        assertThatThrownBy(() -> FromWorkers.read(unknownPhase.build())).hasMessageContaining("phase of w: 77");
        assertThatThrownBy(() -> ToWorkers.read(Wire.ToWorker.getDefaultInstance()))
                .hasMessageContaining("of a kind that is not known here");
        Wire.ToWorker.Builder neverBeats = Wire.ToWorker.newBuilder();
        neverBeats.getWelcomeBuilder().setHeartbeatsNanos(0);
        assertThatThrownBy(() -> ToWorkers.read(neverBeats.build())).hasMessageContaining("heartbeats: every 0 ns");
    }

    /** Only the exception that callers expect, whatever the bytes. */
    @Test
    void noBytesAtAllMakeReadingFailInAnotherWay() {
        for (int seed = 0; seed < 20_000; seed++) {
            var random = new Random(seed);
            Class<?>[] kinds = FromWorker.class.getPermittedSubclasses();
            byte[] bytes = FromWorkers.write((FromWorker) any(kinds[random.nextInt(kinds.length)], random))
                    .toByteArray();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            try {
                FromWorkers.read(Wire.FromWorker.parseFrom(bytes));
            } catch (com.google.protobuf.InvalidProtocolBufferException | IllegalArgumentException expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void fieldsOfANewerBuildAreIgnored() throws Exception {
        var told = new FromWorker.Told(new WorkerId("w"), 3, "hello");
        ByteString newer = FromWorkers.write(told).toByteString().concat(ByteString.copyFrom(new byte[] {
            (byte) 0x98, 0x06, 0x01 // field 99, a number
        }));
        assertThat(FromWorkers.read(Wire.FromWorker.parseFrom(newer))).isEqualTo(told);
    }

    private static Object any(Class<?> type, Random random) {
        if (type == Generation.class) {
            return anyGeneration(random);
        }
        try {
            RecordComponent[] components = type.getRecordComponents();
            Object[] values = new Object[components.length];
            Class<?>[] types = new Class<?>[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                values[i] = anyValue(types[i], random);
            }
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type.toString(), e);
        }
    }

    private static Object anyValue(Class<?> type, Random random) {
        return switch (type.getSimpleName()) {
            case "WorkerId" -> new WorkerId("w-" + random.nextInt(1_000));
            case "String" -> anyText(random);
            case "long" -> anyLong(random);
            case "int" -> random.nextInt();
            case "List" -> List.of(new WorkerId("c-" + random.nextInt(9)), new WorkerId("d-" + random.nextInt(9)));
            case "boolean" -> random.nextBoolean();
            case "OptionalLong" -> random.nextBoolean() ? OptionalLong.of(anyLong(random)) : OptionalLong.empty();
            case "Duration" -> Duration.ofNanos(1 + random.nextLong(Long.MAX_VALUE - 1));
            case "Phase" -> List.of(Progress.Phase.values()).get(random.nextInt(Progress.Phase.values().length));
            default -> any(type, random);
        };
    }

    private static long anyLong(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> Long.MIN_VALUE;
            case 2 -> random.nextInt(100);
            default -> random.nextLong();
        };
    }

    private static String anyText(Random random) {
        return random.ints(random.nextInt(40), 0, 0x3000)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .append(random.nextBoolean() ? "\ud83d\udd25" : "")
                .toString();
    }

    private static Generation anyGeneration(Random random) {
        int members = 1 + random.nextInt(20);
        int spares = random.nextInt(3);
        return new Generation(
                1 + random.nextInt(1_000),
                Generation.share(
                        IntStream.range(0, members)
                                .mapToObj(i -> new WorkerId("w" + i))
                                .toList(),
                        IntStream.range(0, spares)
                                .mapToObj(i -> new WorkerId("s" + i))
                                .toList(),
                        members + random.nextInt(100)),
                random.nextInt(members + spares),
                random.nextBoolean() ? OptionalLong.of(random.nextLong()) : OptionalLong.empty(),
                random.nextBoolean() ? OptionalLong.of(random.nextLong()) : OptionalLong.empty(),
                random.nextBoolean()
                        ? List.of(new Adjustment.SkipBatch(7), new Adjustment.LowerRate(3, 0.25))
                        : List.of(),
                anyText(random),
                random.nextBoolean() ? List.of(new WorkerId("w0")) : List.of());
    }
}
