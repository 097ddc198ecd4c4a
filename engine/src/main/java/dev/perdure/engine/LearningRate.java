package dev.perdure.engine;

/** The learning rate as a pure function of the step. */
public sealed interface LearningRate {

    /**
     * Returns the rate of a step.
     *
     * @param step counts from 1
     * @param steps how many the run will take
     */
    double at(long step, long steps);

    record Constant(double rate) implements LearningRate {
        public Constant {
            Checks.atLeast("rate", rate, 0);
        }

        @Override
        public double at(long step, long steps) {
            return rate;
        }
    }

    /** Multiplied by {@code factor} after every {@code every} steps. */
    record StepDecay(double rate, long every, double factor) implements LearningRate {
        public StepDecay {
            Checks.atLeast("rate", rate, 0);
            Checks.atLeast("every", (double) every, 1);
            Checks.above("factor", factor, 0);
        }

        @Override
        public double at(long step, long steps) {
            long decays = (step - 1) / every;
            return rate * StrictMath.pow(factor, (double) decays);
        }
    }

    /** Half a cosine from {@code rate} down to {@code min} (Loshchilov and Hutter, 2017, without restarts). */
    record Cosine(double rate, double min) implements LearningRate {
        public Cosine {
            Checks.atLeast("min", min, 0);
            Checks.atLeast("rate", rate, min);
        }

        @Override
        public double at(long step, long steps) {
            double progress = steps <= 1 ? 0 : Math.min(1, (step - 1) / (double) (steps - 1));
            return min + (rate - min) * (1 + StrictMath.cos(Math.PI * progress)) / 2;
        }
    }

    /** Rises linearly over the first {@code warmup} steps to what {@code after} gives (Goyal et al., 2017). */
    record WarmUp(long warmup, LearningRate after) implements LearningRate {
        public WarmUp {
            Checks.atLeast("warmup", (double) warmup, 1);
        }

        @Override
        public double at(long step, long steps) {
            double rate = after.at(step, steps);
            return step <= warmup ? rate * step / (warmup + 1) : rate;
        }
    }

    /**
     * Up and down again by half cosines (Smith and Topin, 2018): from {@code max / divStart} to {@code max} over the first
     * {@code rise} of the run, and down to {@code max / divStart / divEnd} over the rest.
     */
    record OneCycle(double max, double rise, double divStart, double divEnd) implements LearningRate {
        public OneCycle {
            Checks.atLeast("max", max, 0);
            Checks.above("rise", rise, 0);
            Checks.below("rise", rise, 0, 1);
            Checks.atLeast("divStart", divStart, 1);
            Checks.atLeast("divEnd", divEnd, 1);
        }

        @Override
        public double at(long step, long steps) {
            double peak = Math.max(1, rise * steps);
            double low = max / divStart;
            if (step <= peak) {
                return between(low, max, (step - 1) / Math.max(1, peak - 1));
            }
            return between(max, low / divEnd, Math.min(1, (step - peak) / Math.max(1, steps - peak)));
        }

        private static double between(double from, double to, double progress) {
            return to + (from - to) * (1 + StrictMath.cos(Math.PI * progress)) / 2;
        }
    }
}
