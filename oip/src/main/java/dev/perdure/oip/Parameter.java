package dev.perdure.oip;

/** The value of a parameter of a request, a tensor or a response. */
public sealed interface Parameter {
    /** Yes or no. */
    record Truth(boolean value) implements Parameter {}

    /** A whole number. */
    record Whole(long value) implements Parameter {}

    /** A number with a fraction, which is finite. */
    record Real(double value) implements Parameter {
        public Real {
            if (!Double.isFinite(value)) {
                throw OipException.invalid("parameter: %s (expected: a finite number)", value);
            }
        }
    }

    /** A text. */
    record Text(String value) implements Parameter {}

    static Parameter of(boolean value) {
        return new Truth(value);
    }

    static Parameter of(long value) {
        return new Whole(value);
    }

    static Parameter of(double value) {
        return new Real(value);
    }

    static Parameter of(String value) {
        return new Text(value);
    }
}
