package dev.perdure.cli;

import dev.perdure.benchmarks.CheckpointBench;
import dev.perdure.benchmarks.Distribution;
import dev.perdure.benchmarks.SupervisorBench;
import dev.perdure.benchmarks.TrainBench;
import java.util.Locale;

/** Benchmark figures as tables for people. */
final class BenchTables {
    private BenchTables() {}

    static String of(TeamBench.Result result) {
        var text = new StringBuilder("%d workers, %d steps a round%n".formatted(result.workers(), result.steps()));
        text.append("%8s %20s %20s %10s%n".formatted("round", "supervised steps/s", "all-reduce steps/s", "cost"));
        for (int i = 0; i < result.plain().size(); i++) {
            double supervised = result.supervised().get(i);
            double plain = result.plain().get(i);
            text.append(
                    "%8d %20.1f %20.1f %8.1f %%%n".formatted(i + 1, supervised, plain, 100 * (plain / supervised - 1)));
        }
        return text.append("median cost: %.1f %%%n".formatted(100 * result.cost()))
                .toString();
    }

    static String of(CheckpointBench.Result result) {
        var text = new StringBuilder();
        for (CheckpointBench.Case c : result.cases()) {
            text.append(line("%n%s (%,d bytes; medians of %d rounds)", c.name(), c.bytes(), result.rounds()));
            text.append(line("  %-44s %10s   %s", "", "measured", "ratio"));
            text.append(row("memcpy, one thread", ms(c.memcpySeconds()), ""));
            text.append(row("raw write + fdatasync", ms(c.rawWriteSeconds()), ""));
            text.append(row("raw mmap + copy, warm", ms(c.rawRestoreSeconds()), ""));
            double memcpy = c.memcpySeconds() * 1e3;
            text.append(row(
                    "stall, first save", millis(c.stallMillisFirst()), times(c.stallMillisFirst() / memcpy, "memcpy")));
            text.append(row(
                    "stall, later saves",
                    millis(c.stallMillisSteady()),
                    times(c.stallMillisSteady() / memcpy, "memcpy")));
            text.append(row(
                    "stall, hidden behind a pass of %.0f ms".formatted(c.passMillis()),
                    millis(c.stallMillisHidden()),
                    ""));
            text.append(row(
                    "durable, digests included",
                    ms(c.durableSeconds()),
                    times(c.durableSeconds() / c.rawWriteSeconds(), "raw write")));
            text.append(row(
                    "verified restore, warm",
                    ms(c.restoreWarmSeconds()),
                    times(c.restoreWarmSeconds() / c.rawRestoreSeconds(), "raw restore")));
            text.append(row("verified restore, cold", ms(c.restoreColdSeconds()), ""));
            text.append(row(
                    "peak extra memory",
                    "%,d MiB".formatted(c.peakExtraBytes() >> 20),
                    times((double) c.peakExtraBytes() / c.bytes(), "state")));
            text.append(row(
                    "bytes on disk",
                    "%,d MiB".formatted(c.bytesOnDisk() >> 20),
                    times((double) c.bytesOnDisk() / c.bytes(), "state")));
        }
        text.append(line("%nBeside a training of the worked example's network, one thread:"));
        text.append(
                row("training time lost per GiB saved", "%.2f s".formatted(result.trainingSecondsLostPerGib()), ""));
        return text.toString();
    }

    static String of(TrainBench.Result result) {
        var text = new StringBuilder();
        text.append(line(
                "%n%s; batch %d; %d rounds of %d steps",
                result.engine(), result.batch(), result.rounds(), result.stepsPerRound()));
        text.append(line("  %8s %13s %14s %17s %9s", "threads", "microbatches", "steps/s", "min–max", "relative"));
        for (TrainBench.Row row : result.rows()) {
            text.append(line(
                    "  %8d %13d %14.1f %17s %9.2f",
                    row.threads(),
                    row.microbatches(),
                    row.stepsPerSecond(),
                    "%.1f–%.1f".formatted(row.stepsPerSecondMin(), row.stepsPerSecondMax()),
                    row.relative()));
        }
        return text.toString();
    }

    static String of(BenchRecoveryCommand.Result result) {
        var text = new StringBuilder();
        text.append(line(
                "%n%s a worker of %d, %d times; %d steps redone",
                result.stopped() ? "Stopping" : "Killing", result.workers(), result.hits(), result.stepsRedone()));
        text.append(line("  %-44s %9s %9s %9s %9s", "milliseconds", "median", "p90", "p99", "max"));
        text.append(distribution("until the next step", result.untilStep()));
        text.append(distribution("  noticed", result.noticed()));
        text.append(distribution("  all stand still, next generation decided", result.linedUp()));
        text.append(distribution("  durable, met, copied, stepped", result.stepped()));
        text.append(distribution("between steps, undisturbed", result.step()));
        text.append(distribution("between the steps around a join", result.join()));
        return text.toString();
    }

    static String of(SupervisorBench.Result result) {
        var text = new StringBuilder();
        text.append(line(
                "%nEach worker shows every %.0f ms that it is alive; %.0f s each",
                result.paceMillis(), result.seconds()));
        text.append(line(
                "  %8s %10s %9s %9s %11s %9s %12s %22s %10s %7s",
                "workers",
                "formed",
                "wanted/s",
                "heard/s",
                "CPU each",
                "of a core",
                "a core/s",
                "order and answer",
                "heap",
                "blamed"));
        for (SupervisorBench.Row row : result.rows()) {
            text.append(line(
                    "  %8d %7.0f ms %9.0f %9.0f %8.1f us %8.0f%% %12.0f %22s %6.1f MiB %7d",
                    row.workers(),
                    row.formedMillis(),
                    row.wantedPerSecond(),
                    row.heardPerSecond(),
                    row.cpuMicros(),
                    100 * row.cpuShare(),
                    row.perCoreSecond(),
                    "%.1f ms, p99 %.1f ms"
                            .formatted(
                                    row.orderMillis().median(),
                                    row.orderMillis().p99()),
                    row.heapMib(),
                    row.blamed()));
        }
        return text.toString();
    }

    private static String distribution(String what, Distribution of) {
        return line("  %-44s %9.1f %9.1f %9.1f %9.1f", what, of.median(), of.p90(), of.p99(), of.max());
    }

    private static String row(String what, String measured, String ratio) {
        return line("  %-44s %10s   %s", what, measured, ratio);
    }

    private static String ms(double seconds) {
        return millis(seconds * 1e3);
    }

    private static String millis(double millis) {
        return "%.1f ms".formatted(millis);
    }

    private static String times(double ratio, String of) {
        return "%.2f × %s".formatted(ratio, of);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is the compiler plugin's, which is no dependency
    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values).stripTrailing() + "\n";
    }
}
