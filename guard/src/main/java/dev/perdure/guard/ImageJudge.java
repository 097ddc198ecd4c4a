package dev.perdure.guard;

import dev.perdure.core.Shape;
import dev.perdure.model.GuardProfile.Image;
import dev.perdure.model.Range;
import java.util.Optional;

/** Judges an image: every pixel by the range of intensities, the whole by its mean. */
final class ImageJudge implements SampleJudge {
    static final String PIXELS = "pixels";
    static final String MEAN = "mean intensity";
    static final String SIZE = "size";

    private final Placement placement;
    private final Limits[] pixels;
    private final Optional<Limits> mean;
    private final Optional<String> wrongSize;
    private final GuardPolicy policy;

    private ImageJudge(
            Placement placement,
            Limits[] pixels,
            Optional<Limits> mean,
            Optional<String> wrongSize,
            GuardPolicy policy) {
        this.placement = placement;
        this.pixels = pixels;
        this.mean = mean;
        this.wrongSize = wrongSize;
        this.policy = policy;
    }

    /** An image has the dimensions channels, height, width; what has one dimension is a single row. */
    static Optional<SampleJudge> of(Image image, Placement placement, Shape sample, GuardPolicy policy) {
        boolean flat = sample.dimensions() == 1;
        if (!flat && (sample.dimensions() != 3 || sample.size(0) != image.channels())) {
            return Optional.empty();
        }
        int planes = (int) sample.size(0);
        var pixels = new Limits[planes];
        for (int i = 0; i < planes; i++) {
            double middle = image.mean().orElse(image.intensity().min());
            pixels[i] = Limits.of(
                    PIXELS, i, image.intensity(), Optional.empty(), 0, placement.fill(i, middle), placement, policy);
        }
        Optional<Limits> mean = image.meanIntensities()
                .map(sketch -> Limits.of(
                        MEAN,
                        0,
                        new Range(sketch.min(), sketch.max()),
                        Optional.of(sketch),
                        0,
                        0,
                        Placement.raw(1),
                        policy));
        long height = flat ? 1 : sample.size(1);
        long width = flat ? sample.size(0) : sample.size(2);
        boolean fits = image.height().contains((double) height) && image.width().contains((double) width);
        Optional<String> wrongSize = fits
                ? Optional.empty()
                : Optional.of("%s by %s to %s by %s pixels"
                        .formatted(
                                image.height().min(),
                                image.width().min(),
                                image.height().max(),
                                image.width().max()));
        return Optional.of(new ImageJudge(placement, pixels, mean, wrongSize, policy));
    }

    @Override
    public void judge(float[] values, int sample, Findings findings) {
        wrongSize.ifPresent(expected -> findings.add(
                SIZE,
                Surprise.SIZE,
                sample,
                values.length / (double) pixels.length,
                expected,
                policy.action(SIZE, Surprise.SIZE)));
        int plane = values.length / pixels.length;
        double sum = 0;
        for (int i = 0; i < pixels.length; i++) {
            judgePlane(values, i * plane, plane, pixels[i], sample, findings);
            sum += placement.raw(i, sum(values, i * plane, plane) / plane);
        }
        if (mean.isPresent()) {
            judgeMean((float) (sum / pixels.length), mean.get(), sample, findings);
        }
    }

    private void judgePlane(float[] values, int from, int count, Limits limits, int sample, Findings findings) {
        float least = limits.outside()[0];
        float greatest = limits.outside()[1];
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + count; i++) {
            low = Math.min(low, values[i]);
            high = Math.max(high, values[i]);
        }
        boolean all = low >= least && high <= greatest; // of a missing value neither holds
        for (int i = from; !all && i < from + count; i++) {
            if (!(values[i] >= least && values[i] <= greatest)) {
                values[i] = limits.judge(values[i], sample, placement, findings);
            }
        }
    }

    /** Four sums at once, as one alone would wait for each addition. */
    private static double sum(float[] values, int from, int count) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = from;
        for (; i + 3 < from + count; i += 4) {
            a += values[i];
            b += values[i + 1];
            c += values[i + 2];
            d += values[i + 3];
        }
        for (; i < from + count; i++) {
            a += values[i];
        }
        return (double) a + b + c + d;
    }

    /** A mean cannot be changed without changing the picture: it is rejected or let pass. */
    private void judgeMean(float value, Limits limits, int sample, Findings findings) {
        if (limits.isExpected(value) || Float.isNaN(value)) {
            return; // a missing pixel was found before
        }
        Surprise surprise =
                value >= limits.outside()[0] && value <= limits.outside()[1] ? Surprise.EXTREME : Surprise.OUTSIDE;
        Action wanted = policy.action(MEAN, surprise);
        findings.add(
                MEAN,
                surprise,
                sample,
                value,
                limits.expectedTail(),
                wanted == Action.REJECT ? Action.REJECT : Action.PASS);
    }
}
