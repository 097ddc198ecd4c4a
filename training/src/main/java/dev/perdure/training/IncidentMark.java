package dev.perdure.training;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An incident with its number in the report, and the step it stands at, or -1 if nothing tells.
 *
 * <p>An incident has a time and a curve has steps. They are brought together by what the evidence says ("step 523"), or
 * else by order: the n-th lost trainer belongs to the n-th return to a checkpoint, the n-th failed save to the n-th
 * failure reported.
 */
record IncidentMark(int number, long step, Incident incident) {
    private static final long UNKNOWN = -1;
    private static final Pattern STEP = Pattern.compile("\\bstep (\\d{1,15})\\b");

    static List<IncidentMark> of(List<Incident> incidents, RunCurves run) {
        var saves = new ArrayDeque<>(run.savesFailed());
        var breaks = new ArrayDeque<Long>();
        var damaged = new ArrayDeque<Long>();
        for (RunCurves.Break b : run.breaks()) {
            breaks.add(b.last());
            if (b.damaged()) {
                damaged.add(b.last());
            }
        }
        var marks = new ArrayList<IncidentMark>();
        for (Incident incident : incidents) {
            Deque<Long> places =
                    incident.kind().contains("save") ? saves : incident.kind().contains("damage") ? damaged : breaks;
            marks.add(new IncidentMark(marks.size() + 1, place(incident, places, run), incident));
        }
        return marks;
    }

    private static long place(Incident incident, Deque<Long> places, RunCurves run) {
        Long inOrder = places.poll();
        Matcher said = STEP.matcher(incident.evidence());
        if (said.find()) {
            return Long.parseLong(said.group(1));
        }
        if (inOrder != null) {
            return inOrder;
        }
        return incident.isOpen() && !run.isEmpty() ? run.lastStep() : UNKNOWN;
    }

    boolean hasStep() {
        return step >= 0;
    }

    /** Returns the kind in words: {@code Trainer killed}. */
    String title() {
        String words = incident.kind().replace('-', ' ').replace('_', ' ').strip();
        return words.isEmpty() ? "Incident" : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
