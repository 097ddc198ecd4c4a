package dev.perdure.guard;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.Preprocessing;
import dev.perdure.model.Preprocessing.Column;
import dev.perdure.model.Preprocessing.Step;
import java.util.List;
import java.util.Random;

/** A table of people, as it comes and as a model takes it: age and income standardised, city as three marks, and a constant. */
final class Tables {
    static final List<Column> COLUMNS = List.of(
            new Column("age", List.of()),
            new Column("income", List.of()),
            new Column("city", List.of("Bonn", "Kiel", "Ulm")),
            new Column("planet", List.of()));
    static final Preprocessing STEPS = new Preprocessing(List.of(
            new Step.Encode(COLUMNS),
            new Step.Standardise(List.of(40.0, 3000.0, 0.0, 0.0, 0.0, 3.0), List.of(10.0, 900.0, 1.0, 1.0, 1.0, 1.0))));
    static final Shape SAMPLE = Shape.of(6);

    private Tables() {}

    /** A person's raw values; the income is missing for one in twenty. */
    static float[] person(Random chance) {
        float income = (float) Math.exp(8 + 0.3 * chance.nextGaussian());
        return new float[] {
            (float) (40 + 10 * chance.nextGaussian()),
            chance.nextInt(20) == 0 ? Float.NaN : income,
            chance.nextInt(10) == 0 ? 1 : 2 * chance.nextInt(2),
            3
        };
    }

    static ProfileMaker learned(int people, long seed) {
        var maker = ProfileMaker.ofTable(COLUMNS, 7);
        var chance = new Random(seed);
        for (int i = 0; i < people; i++) {
            maker.add(person(chance));
        }
        return maker;
    }

    static InputGuard guard(ProfileMaker maker, GuardPolicy policy) {
        return InputGuard.of(maker.profile().orElseThrow(), STEPS, SAMPLE, policy)
                .orElseThrow();
    }

    /** What the model takes of these people. A missing number stays missing. */
    static TensorData taken(float[]... people) {
        float[] values = new float[6 * people.length];
        for (int i = 0; i < people.length; i++) {
            float[] raw = people[i];
            values[6 * i] = (float) ((raw[0] - 40.0) / 10);
            values[6 * i + 1] = (float) ((raw[1] - 3000.0) / 900);
            if (raw[2] >= 0) {
                values[6 * i + 2 + (int) raw[2]] = 1;
            }
            values[6 * i + 5] = (float) (raw[3] - 3.0);
        }
        return TensorData.of(Shape.of(people.length, 6), values);
    }

    static float[] values(TensorData tensor) {
        return tensor.data().toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT);
    }
}
