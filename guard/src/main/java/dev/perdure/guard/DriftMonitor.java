package dev.perdure.guard;

import dev.perdure.core.TensorData;
import java.util.ArrayList;
import java.util.List;

/**
 * Watches a stream of inputs: samples in, a report out whenever a window is full. Owned by one thread, off the path of
 * requests; one that cannot keep up may be given some of the requests, chosen by chance.
 */
public final class DriftMonitor {
    private final DriftDetector detector;
    private DriftWindow window;
    private long number = 1;

    public DriftMonitor(DriftDetector detector) {
        this.detector = detector;
        this.window = detector.open();
    }

    /**
     * Takes a batch, and returns the reports of the windows that it filled: mostly none.
     *
     * @param input F32 {@code [samples, …]} of the model's shape, as it came
     */
    public List<DriftReport> add(TensorData input) {
        List<DriftReport> reports = new ArrayList<>();
        int samples = Math.toIntExact(input.shape().size(0));
        int from = 0;
        while (from < samples) {
            int to = Math.min(samples, from + detector.window() - window.samples());
            detector.add(window, input, from, to);
            from = to;
            if (window.samples() == detector.window()) {
                reports.add(detector.compare(number++, window));
                DriftWindow next = detector.open();
                next.carry(window);
                window = next;
            }
        }
        return reports;
    }

    /**
     * Takes what an inner layer gave for some samples, each as likely as any other; the present window is compared by them as
     * well, or when they are too few, a later one. More than are compared are left out.
     *
     * @param rows F32 {@code [samples, numbers]}; nothing happens where the reference has no such layer
     */
    public void addInner(TensorData rows) {
        detector.addInner(window, rows);
    }

    /** Returns how many samples the present window lacks. */
    public int lacking() {
        return detector.window() - window.samples();
    }
}
