package dev.perdure.checkpoint;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.store.LocalObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Locale;

/** Prints how fast saving and restoring is beside the machine's own limits. Run it by hand. */
final class SpeedProbe {
    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[0]);
        int tensors = Integer.parseInt(args[1]);
        long each = Long.parseLong(args[2]);
        int writeThreads = Integer.parseInt(args[3]);
        try (Arena arena = Arena.ofShared()) {
            State.Builder builder = State.builder();
            State.Builder zeros = State.builder();
            long seed = 1;
            for (int i = 0; i < tensors; i++) {
                TensorData t = TensorData.allocate(arena, DType.F32, Shape.of(each / 4));
                for (long at = 0; at + 8 <= each; at += 8) {
                    seed = seed * 6364136223846793005L + 1442695040888963407L;
                    t.data().set(ValueLayout.JAVA_LONG_UNALIGNED, at, seed ^ (seed >>> 29));
                }
                builder.tensor("model/layer%05d.weight".formatted(i), t);
                zeros.tensor(
                        "model/layer%05d.weight".formatted(i),
                        TensorData.allocate(arena, DType.F32, Shape.of(each / 4)));
            }
            State state = builder.build();
            State target = zeros.build();
            long bytes = state.tensorBytes();
            MemorySegment big = arena.allocate(bytes, 4096);
            MemorySegment big2 = arena.allocate(bytes, 4096);
            for (int round = 0; round < 5; round++) {
                long t0 = System.nanoTime();
                MemorySegment.copy(big, 0, big2, 0, bytes);
                double memcpy = ms(t0);
                double raw = raw(root.resolve("raw"), big2, bytes);
                double rawRestore = rawRestore(root.resolve("raw"), big, bytes);
                Files.delete(root.resolve("raw"));
                deleteAll(root.resolve("store"));
                var store = new LocalObjectStore(root.resolve("store"));
                var options = CheckpointerOptions.defaults()
                        .withThreads(1, writeThreads)
                        .withListener(e -> {});
                try (var c = Checkpointer.open(store, options)) {
                    c.prepare(state);
                    long s0 = System.nanoTime();
                    PendingSave p = c.save(1, state);
                    double saveCall = ms(s0);
                    c.awaitCaptured();
                    double stall1 = ms(s0);
                    SavedCheckpoint one = p.durable().join();
                    state.tensors()
                            .values()
                            .forEach(t -> t.data().set(ValueLayout.JAVA_BYTE, 0, (byte)
                                    (t.data().get(ValueLayout.JAVA_BYTE, 0) + 1)));
                    long s1 = System.nanoTime();
                    PendingSave p2 = c.save(2, state);
                    c.awaitCaptured();
                    double stall2 = ms(s1);
                    SavedCheckpoint two = p2.durable().join();
                    long r0 = System.nanoTime();
                    Restored r = c.checkpoints().restore(two.name(), target);
                    double restore = ms(r0);
                    long r1 = System.nanoTime();
                    c.checkpoints().restore(two.name(), target);
                    double restore2 = ms(r1);
                    System.out.printf(
                            Locale.ROOT,
                            "memcpy %.0f raw %.0f rawRestore %.0f | call %.1f stall %.0f %.0f (%.2f) durable %.0f %.0f (%.2f) restore %.0f %.0f (%.2f) written %d%n",
                            memcpy,
                            raw,
                            rawRestore,
                            saveCall,
                            stall1,
                            stall2,
                            stall2 / memcpy,
                            one.durableMillis(),
                            two.durableMillis(),
                            two.durableMillis() / raw,
                            restore,
                            restore2,
                            restore2 / rawRestore,
                            two.bytesWritten());
                }
            }
        }
    }

    static double ms(long t0) {
        return (System.nanoTime() - t0) / 1e6;
    }

    static double raw(Path file, MemorySegment data, long bytes) throws IOException {
        long t0 = System.nanoTime();
        try (var ch = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (long at = 0; at < bytes; at += 1 << 24) {
                ByteBuffer b = data.asSlice(at, Math.min(1 << 24, bytes - at)).asByteBuffer();
                while (b.hasRemaining()) ch.write(b);
            }
            ch.force(false);
        }
        return ms(t0);
    }

    static double rawRestore(Path file, MemorySegment data, long bytes) throws IOException {
        long t0 = System.nanoTime();
        try (var ch = FileChannel.open(file, StandardOpenOption.READ);
                Arena a = Arena.ofConfined()) {
            MemorySegment m = ch.map(FileChannel.MapMode.READ_ONLY, 0, bytes, a);
            MemorySegment.copy(m, 0, data, 0, bytes);
        }
        return ms(t0);
    }

    static void deleteAll(Path root) throws IOException {
        if (!Files.exists(root)) return;
        try (var s = Files.walk(root)) {
            for (Path p : s.sorted(Comparator.reverseOrder()).toList()) Files.delete(p);
        }
    }
}
