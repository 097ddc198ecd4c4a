package dev.perdure.cli;

import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.training.Probe;
import dev.perdure.training.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The real worker on a machine that computes wrongly: {@code flip:12:w1-1:3} flips a bit of that worker's weights
 * after step 12, or a later one if only then a third process has come to work (until then steps take longer, so that the
 * run is not over before), {@code wrong:7:w1-1} has all its gradients wrong from step 7 on, {@code once:9:2} flips a bit in the
 * gradient of microbatch 2 of step 9, whoever computes it first, {@code nan:9} puts a NaN into that step's first
 * microbatch once, and {@code bad:9} always.
 */
public final class WrongNumbers {
    private WrongNumbers() {}

    public static void main(String[] arguments) throws InterruptedException {
        Path run = Path.of(arguments[arguments.length - 1]);
        String id = arguments[2];
        var probe = new Faults(Arrays.asList(arguments[0].split(",")), id, run);
        System.exit(WorkerCommand.work(new RunFolder(run), id, probe, false));
    }

    /** Returns the program for a launcher. */
    static List<String> program(List<String> faults) {
        return List.of(
                "-cp", System.getProperty("java.class.path"), WrongNumbers.class.getName(), String.join(",", faults));
    }

    private record Faults(List<String> faults, String id, Path run) implements Probe {
        @Override
        public void batch(long step, int microbatch, Batch batch) {
            boolean isHere = microbatch == 0
                    && (faults.contains("bad:" + step)
                            || (faults.contains("nan:" + step) && isFirstTime("nan-" + step)));
            if (isHere) {
                batch.inputs().data().set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, Float.NaN);
            }
        }

        @Override
        public void gradient(long step, int microbatch, TensorData values) {
            for (String fault : faults) {
                String[] parts = fault.split(":");
                boolean wrong = parts[0].equals("wrong") && step >= Long.parseLong(parts[1]) && id.equals(parts[2]);
                boolean once = fault.equals("once:%d:%d".formatted(step, microbatch)) && isFirstTime("once-" + step);
                if (wrong || once) {
                    flip(values);
                }
            }
        }

        @Override
        public void weights(long step, State state) {
            isFirstTime("here-" + id);
            for (String fault : faults) {
                String[] parts = fault.split(":");
                if (!parts[0].equals("flip") || step < Long.parseLong(parts[1]) || happened("flip-" + parts[1])) {
                    continue;
                }
                if (!hadAtWork(Integer.parseInt(parts[3]))) {
                    LockSupport.parkNanos(50_000_000);
                } else if (id.equals(parts[2]) && isFirstTime("flip-" + parts[1])) {
                    flip(state.tensors().firstEntry().getValue());
                }
            }
        }

        private boolean hadAtWork(int processes) {
            try (var files = Files.newDirectoryStream(run.getParent(), run.getFileName() + ".here-*")) {
                int count = 0;
                for (Path _ : files) {
                    count++;
                }
                return count >= processes;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Flips a bit in the middle of a mantissa: no loss shows it. */
        private static void flip(TensorData tensor) {
            long at = tensor.bytes() / 8 * 4;
            int bits = tensor.data().get(ValueLayout.JAVA_INT_UNALIGNED, at);
            tensor.data().set(ValueLayout.JAVA_INT_UNALIGNED, at, bits ^ 1 << 14);
        }

        private boolean happened(String moment) {
            return Files.exists(file(moment));
        }

        private Path file(String moment) {
            return run.resolveSibling(run.getFileName() + "." + moment);
        }

        private boolean isFirstTime(String moment) {
            try {
                Files.createFile(file(moment));
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
