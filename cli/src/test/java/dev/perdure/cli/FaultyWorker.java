package dev.perdure.cli;

import dev.perdure.store.ObjectStore;
import dev.perdure.training.Phase;
import dev.perdure.training.Probe;
import dev.perdure.training.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The real worker, but for the faults it is told to meet: {@code phase:APPLY:7} dies when step 7 is about to be applied,
 * {@code store:12} dies at the twelfth store operation of this process. Each fault happens once in a run: a file beside
 * the run remembers. {@code put:parts:8} dies as it is about to note that its part of step 8's checkpoint is durable, {@code
 * put:checkpoints:8} as it is about to publish that. No faults are {@code shared-bytes-min:1}, states of that size are saved
 * together, and {@code pace:300}, each step is held back for so many milliseconds until {@link #hurry}.
 */
public final class FaultyWorker {
    private FaultyWorker() {}

    /** Runs {@code FaultyWorker FAULTS --id ID RUN}; faults separated by commas. */
    public static void main(String[] arguments) throws InterruptedException {
        List<String> faults =
                Arrays.stream(arguments[0].split(",")).filter(f -> !f.isEmpty()).toList();
        Path run = Path.of(arguments[arguments.length - 1]);
        var probe = new Faults(faults, run);
        System.exit(WorkerCommand.work(new RunFolder(run), arguments[2], probe, false));
    }

    /** Returns the program for a launcher. */
    static List<String> program(List<String> faults) {
        return List.of(
                "-cp", System.getProperty("java.class.path"), FaultyWorker.class.getName(), String.join(",", faults));
    }

    /** Lets a run's workers hold no step back any more. */
    static void hurry(RunFolder run) {
        try {
            Files.createFile(beside(run.path(), "hurry"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path beside(Path run, String name) {
        return run.resolveSibling(run.getFileName() + "." + name);
    }

    private record Faults(List<String> faults, Path run) implements Probe {
        @Override
        public long sharedBytesMin() {
            return number("shared-bytes-min:").orElseGet(Probe.super::sharedBytesMin);
        }

        private OptionalLong number(String name) {
            return faults.stream()
                    .filter(fault -> fault.startsWith(name))
                    .mapToLong(fault -> Long.parseLong(fault.substring(name.length())))
                    .findAny();
        }

        /** Notes and manifests have the step in their names. */
        void puts(String name) {
            String[] words = name.split("[/-]", -1);
            if (words[0].equals("parts") || words[0].equals("checkpoints")) {
                meet("put:%s:%d".formatted(words[0], Long.parseLong(words[2])));
            }
        }

        @Override
        public void enters(Phase phase, long step) {
            meet("phase:%s:%d".formatted(phase, step));
            if (phase == Phase.APPLY) {
                number("pace:").ifPresent(this::holdBack);
            }
        }

        private void holdBack(long millis) {
            long end = System.nanoTime() + millis * 1_000_000;
            while (System.nanoTime() < end && !Files.exists(beside(run, "hurry"))) {
                LockSupport.parkNanos(Math.min(50_000_000, end - System.nanoTime()));
            }
        }

        @Override
        public ObjectStore around(ObjectStore store) {
            return new DyingStore(store, this, new AtomicInteger());
        }

        void meet(String moment) {
            if (faults.contains(moment) && isFirstTime(moment)) {
                SelfKill.now();
            }
        }

        private boolean isFirstTime(String moment) {
            try {
                Files.createFile(beside(run, moment.replace(':', '-')));
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private record DyingStore(ObjectStore store, Faults faults, AtomicInteger operations) implements ObjectStore {
        private void count() {
            faults.meet("store:" + operations.getAndIncrement());
        }

        @Override
        public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
            count();
            faults.puts(name);
            return store.putIfAbsent(name, pieces);
        }

        @Override
        public OptionalLong size(String name) throws IOException {
            count();
            return store.size(name);
        }

        @Override
        public long read(String name, long offset, MemorySegment target) throws IOException {
            count();
            return store.read(name, offset, target);
        }

        @Override
        public List<String> list(String prefix) throws IOException {
            count();
            return store.list(prefix);
        }

        @Override
        public long read(String name, long offset, MemorySegment target, Consumer<MemorySegment> filled)
                throws IOException {
            count();
            return store.read(name, offset, target, filled);
        }

        @Override
        public boolean delete(String name) throws IOException {
            count();
            return store.delete(name);
        }

        @Override
        public List<ObjectStore> copies() {
            return store.copies();
        }

        @Override
        public void replaceDamaged(String name, List<MemorySegment> verified) throws IOException {
            count();
            store.replaceDamaged(name, verified);
        }
    }
}
