package dev.perdure.training;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The figures of the last steps that a member applied, whoever led: when the leader is killed, what it had no time to write down
 * is written by the next one.
 */
final class RecentFigures {
    private static final int KEPT = 256;

    private final Deque<TrainingEvent> figures = new ArrayDeque<>();

    /** Takes the figures of a step or an epoch in; those of later ones are undone. */
    void add(TrainingEvent figure) {
        long position = Metrics.positionOf(figure);
        while (!figures.isEmpty() && Metrics.positionOf(figures.getLast()) >= position) {
            figures.removeLast();
        }
        figures.addLast(figure);
        if (figures.size() > KEPT) {
            figures.removeFirst();
        }
    }

    /** Returns, in order, those that lead from one position to another. */
    List<TrainingEvent> between(long after, long upTo) {
        return figures.stream()
                .filter(figure -> Metrics.positionOf(figure) > after && Metrics.positionOf(figure) <= upTo)
                .toList();
    }

    /** The state comes from elsewhere. */
    void clear() {
        figures.clear();
    }
}
