package dev.perdure.data;

import dev.perdure.core.BadSettingException;
import dev.perdure.data.DataSettings.Augmentation;
import dev.perdure.data.DataSettings.Augmentation.Crop;
import dev.perdure.data.DataSettings.Augmentation.Flip;
import dev.perdure.data.DataSettings.Augmentation.Noise;
import dev.perdure.data.DataSettings.Augmentation.Shift;
import dev.perdure.data.DataSettings.Size;
import java.util.List;

/**
 * How windows are chosen on the source image.
 *
 * @param height of the window
 * @param width of the window
 * @param padding how far beyond the image a window may reach by cropping
 * @param shift how far it is moved at most after that
 * @param flip the probability of mirroring
 * @param noise the standard deviation of the noise
 */
record View(Layout.Pixels source, int height, int width, int padding, int shift, double flip, double noise) {

    /** A window: its upper left corner on the source, and whether it is mirrored. */
    record Window(int top, int left, boolean mirrored) {}

    static View of(Layout.Pixels source, List<Augmentation> augment) {
        var view = new View(source, source.height(), source.width(), 0, 0, 0, 0);
        for (Augmentation augmentation : augment) {
            if (source.flat() && !(augmentation instanceof Noise)) {
                throw new BadSettingException(
                        "data.augment: %s (expected: noise alone, as samples are no images)".formatted(augmentation));
            }
            view = view.with(augmentation);
        }
        return view;
    }

    private View with(Augmentation augmentation) {
        return switch (augmentation) {
            case Shift(int pixels) -> new View(source, height, width, padding, pixels, flip, noise);
            case Flip(double probability) -> new View(source, height, width, padding, shift, probability, noise);
            case Noise(double deviation) -> new View(source, height, width, padding, shift, flip, deviation);
            case Crop crop -> cropped(crop);
        };
    }

    private View cropped(Crop crop) {
        Size size = crop.size().orElse(new Size(source.width(), source.height()));
        if (size.height() > source.height() + 2 * crop.padding()
                || size.width() > source.width() + 2 * crop.padding()) {
            throw new BadSettingException(
                    "data.augment: crop of %d×%d pixels (expected: at most the image's %d×%d and the padding of %d on each side)"
                            .formatted(size.width(), size.height(), source.width(), source.height(), crop.padding()));
        }
        return new View(source, size.height(), size.width(), crop.padding(), shift, flip, noise);
    }

    /** Returns the window in the middle. */
    Window middle() {
        return new Window(Math.floorDiv(source.height() - height, 2), Math.floorDiv(source.width() - width, 2), false);
    }

    Window choose(SplitMix chance) {
        int top = corner(chance, source.height(), height);
        int left = corner(chance, source.width(), width);
        if (shift > 0) {
            top += chance.below(2 * shift + 1) - shift;
            left += chance.below(2 * shift + 1) - shift;
        }
        return new Window(top, left, flip > 0 && chance.uniform() < flip);
    }

    private int corner(SplitMix chance, int size, int window) {
        int places = size + 2 * padding - window + 1;
        return places > 1 ? chance.below(places) - padding : Math.floorDiv(size - window, 2);
    }
}
