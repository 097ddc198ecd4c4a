package dev.perdure.cli;

import dev.perdure.benchmarks.CheckpointBench;
import dev.perdure.benchmarks.TrainBench;
import java.util.Locale;

/** Benchmark figures as tables for people. */
final class BenchTables {
    private BenchTables() {}

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
