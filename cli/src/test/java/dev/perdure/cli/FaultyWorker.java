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
import java.util.function.Consumer;

/**
 * The real worker, but for the faults it is told to meet: {@code phase:APPLY:7} dies when step 7 is about to be applied,
 * {@code store:12} dies at the twelfth store operation of this process. Each fault happens once in a run: a file beside
 * the run remembers. {@code put:parts:8} dies as it is about to note that its part of step 8's checkpoint is durable, {@code
 * put:checkpoints:8} as it is about to publish that. {@code shared-bytes-min:1} is no fault: states of that size are saved together.
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

    private record Faults(List<String> faults, Path run) implements Probe {
        private static final String SHARED_BYTES_MIN = "shared-bytes-min:";

        @Override
        public long sharedBytesMin() {
            return faults.stream()
                    .filter(fault -> fault.startsWith(SHARED_BYTES_MIN))
                    .mapToLong(fault -> Long.parseLong(fault.substring(SHARED_BYTES_MIN.length())))
                    .findAny()
                    .orElseGet(Probe.super::sharedBytesMin);
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
                Files.createFile(run.resolveSibling(run.getFileName() + "." + moment.replace(':', '-')));
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
