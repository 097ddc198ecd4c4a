package dev.perdure.data;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Shape;
import dev.perdure.data.DataSettings.Normalise;
import dev.perdure.data.DataSettings.Preparation;
import dev.perdure.data.View.Window;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Encodes images: a window on the source, scaled channel by channel. */
final class PixelEncoder implements Encoder {
    private final Layout.Pixels layout;
    private final View view;
    private final Scaling scaling;

    /** For each channel what each 8-bit value becomes; empty when values are floats. */
    private final float[][] tables;

    /** For each channel what black becomes. */
    private final float[] black;

    private PixelEncoder(Layout.Pixels layout, View view, Scaling scaling, float[][] tables) {
        this.layout = layout;
        this.view = view;
        this.scaling = scaling;
        this.tables = tables;
        this.black = new float[layout.channels()];
        for (int c = 0; c < black.length; c++) {
            black[c] = (float) scaling.apply(c, 0);
        }
    }

    static PixelEncoder fit(Layout.Pixels layout, Samples samples, int[] train, Preparation preparation) {
        Scaling scaling = scaling(layout, samples, train, preparation.normalise());
        boolean bare = preparation.normalise() instanceof Normalise.None;
        float[][] tables = new float[layout.eightBit() ? layout.channels() : 0][256];
        for (int c = 0; c < tables.length; c++) {
            for (int value = 0; value < 256; value++) {
                tables[c][value] = bare ? value : (float) scaling.apply(c, value / 255.0);
            }
        }
        return new PixelEncoder(layout, View.of(layout, preparation.augment()), scaling, tables);
    }

    private static Scaling scaling(Layout.Pixels layout, Samples samples, int[] train, Normalise normalise) {
        return switch (normalise) {
            case Normalise.None _ -> Scaling.none();
            case Normalise.Unit _ -> {
                if (!layout.eightBit()) {
                    throw new BadSettingException(
                            "data.normalise: unit (expected: none, standard or fixed, as values are floats)");
                }
                yield Scaling.none();
            }
            case Normalise.Standard _ ->
                Statistics.ofPixels(samples, layout, train).withoutZeros();
            case Normalise.Fixed(List<Double> mean, List<Double> deviation) -> {
                if (mean.size() != 1 && mean.size() != layout.channels()) {
                    throw new BadSettingException(
                            "data.normalise.fixed: %d numbers (expected: 1, or 1 for each of %d channels)"
                                    .formatted(mean.size(), layout.channels()));
                }
                yield new Scaling(mean, deviation).spread(layout.channels());
            }
        };
    }

    @Override
    public Shape shape() {
        return layout.flat() ? layout.shape() : Shape.of(layout.channels(), view.height(), view.width());
    }

    @Override
    public RawForm rawForm() {
        return new RawForm.Image(layout.channels(), layout.height(), layout.width());
    }

    @Override
    public void raw(byte[] stored, float[] into) {
        for (int i = 0; i < layout.values(); i++) {
            into[i] = layout.eightBit() ? stored[i] & 0xFF : (float) Statistics.FLOATS.get(stored, i * Float.BYTES);
        }
    }

    @Override
    public Scaling scaling() {
        return scaling;
    }

    @Override
    public List<String> warnings() {
        return List.of();
    }

    @Override
    public void encode(byte[] stored, float[] into, Optional<SplitMix> chance) {
        Window window = chance.map(view::choose).orElseGet(view::middle);
        for (int channel = 0; channel < layout.channels(); channel++) {
            for (int y = 0; y < view.height(); y++) {
                row(stored, channel, window.top() + y, window, into, (channel * view.height() + y) * view.width());
            }
        }
        if (view.noise() > 0) {
            chance.ifPresent(random -> addNoise(into, random));
        }
    }

    private void row(byte[] stored, int channel, int y, Window window, float[] into, int at) {
        int from = Math.max(0, -window.left());
        int to = Math.min(view.width(), layout.width() - window.left());
        if (y < 0 || y >= layout.height() || from >= to) {
            Arrays.fill(into, at, at + view.width(), black[channel]);
            return;
        }
        int first = window.mirrored() ? view.width() - to : from;
        int source = (channel * layout.height() + y) * layout.width() + window.left();
        int start = window.mirrored() ? source + to - 1 : source + from;
        Arrays.fill(into, at, at + first, black[channel]);
        scale(stored, channel, start, window.mirrored() ? -1 : 1, into, at + first, to - from);
        Arrays.fill(into, at + first + to - from, at + view.width(), black[channel]);
    }

    private void scale(byte[] stored, int channel, int from, int step, float[] into, int at, int count) {
        if (layout.eightBit()) {
            float[] table = tables[channel];
            for (int i = 0; i < count; i++) {
                into[at + i] = table[stored[from + i * step] & 0xFF];
            }
        } else {
            for (int i = 0; i < count; i++) {
                float value = (float) Statistics.FLOATS.get(stored, (from + i * step) * Float.BYTES);
                into[at + i] = (float) scaling.apply(channel, value);
            }
        }
    }

    private void addNoise(float[] values, SplitMix random) {
        for (int i = 0; i < values.length; i++) {
            values[i] += (float) (view.noise() * random.gaussian());
        }
    }
}
