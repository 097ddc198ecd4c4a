package dev.perdure.benchmarks;

import dev.perdure.routing.Notice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** What is told of replicas, and how long requests take, around the moments at which replicas are harmed. */
final class LossWatch implements OpenLoad.Watcher {
    private static final long SECOND = 1_000_000_000L;

    private final List<Told> told = new ArrayList<>();
    private final List<Ended> ended = new ArrayList<>();

    private record Told(long nanos, Notice notice) {}

    private record Ended(long dueNanos, long tookNanos, boolean isGood) {}

    synchronized void told(Notice notice) {
        told.add(new Told(System.nanoTime(), notice));
    }

    @Override
    public synchronized void ended(int number, long dueNanos, long endNanos, Verdict verdict) {
        ended.add(new Ended(dueNanos, endNanos - dueNanos, verdict instanceof Verdict.Right));
    }

    /** Returns the milliseconds from a moment until a replica was out; nothing while none is. */
    synchronized OptionalDouble outMillis(long since) {
        return millis(since, notice -> notice instanceof Notice.Ejected || notice instanceof Notice.Gone);
    }

    /** Returns the milliseconds from a moment until another replica was put to use; nothing while none is. */
    synchronized OptionalDouble replacedMillis(long since) {
        return millis(since, Notice.PutToUse.class::isInstance);
    }

    private OptionalDouble millis(long since, Predicate<Notice> which) {
        return told.stream()
                .filter(one -> one.nanos() - since >= 0)
                .filter(one -> which.test(one.notice()))
                .mapToDouble(one -> (one.nanos() - since) / 1e6)
                .findFirst();
    }

    /** Returns how long requests took, in milliseconds, that were due within a second after one of these moments. */
    synchronized List<Double> inTheSecondAfter(List<Long> moments) {
        return ended.stream()
                .filter(one -> moments.stream().anyMatch(at -> isWithin(one.dueNanos(), at, SECOND)))
                .map(one -> one.tookNanos() / 1e6)
                .toList();
    }

    /** Returns the same of those that were due at other times, from the beginning of a moment until all was well again. */
    synchronized List<Double> steady(List<Long> moments, Duration aftermath) {
        return ended.stream()
                .filter(one -> moments.stream()
                        .noneMatch(at -> isWithin(one.dueNanos(), at - SECOND / 10, aftermath.toNanos())))
                .map(one -> one.tookNanos() / 1e6)
                .toList();
    }

    /** Returns how long requests took, in milliseconds, that were due before a moment. */
    synchronized List<Double> before(long moment) {
        return ended.stream()
                .filter(one -> one.dueNanos() - moment < 0)
                .map(one -> one.tookNanos() / 1e6)
                .toList();
    }

    /** Returns the same of those that were due between two moments. */
    synchronized List<Double> between(long from, long to) {
        return ended.stream()
                .filter(one -> isWithin(one.dueNanos(), from, to - from))
                .map(one -> one.tookNanos() / 1e6)
                .toList();
    }

    private static boolean isWithin(long nanos, long from, long length) {
        return nanos - from >= 0 && nanos - from < length;
    }
}
