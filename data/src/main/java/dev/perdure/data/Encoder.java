package dev.perdure.data;

import dev.perdure.core.Shape;
import dev.perdure.data.DataSettings.Preparation;
import java.util.List;
import java.util.Optional;

/** Turns a sample's stored form into what the model sees: normalised, and varied by chance when asked. */
sealed interface Encoder permits PixelEncoder, TableEncoder {

    /**
     * Learns from the training part what there is to learn.
     *
     * @throws dev.perdure.core.BadSettingException if the settings do not suit such samples
     */
    static Encoder fit(Records records, int[] train, Preparation preparation) {
        return switch (records.layout()) {
            case Layout.Pixels pixels -> PixelEncoder.fit(pixels, records.samples(), train, preparation);
            case Layout.Table table -> TableEncoder.fit(table, records.samples(), train, preparation);
        };
    }

    Shape shape();

    /** Returns what a sample's values are before anything is done to them. */
    RawForm rawForm();

    /**
     * Gives a sample's values before anything is done to them.
     *
     * @param into of as many values as {@link #rawForm} has
     */
    void raw(byte[] stored, float[] into);

    /** Returns what is subtracted and divided by. */
    Scaling scaling();

    /** Returns what a person should know of the data that was learnt from, as sentences. */
    List<String> warnings();

    /**
     * Encodes a sample.
     *
     * @param into of as many values as {@link #shape} has
     * @param chance varies the sample; without it the sample is given as it is
     */
    void encode(byte[] stored, float[] into, Optional<SplitMix> chance);
}
