package dev.perdure.gateway;

/**
 * What a version says about one item, as far as a reported truth can be held against it.
 *
 * @param label of the class that it chose; -1 if the model has no classes
 * @param confidence in that class, 0 to 1
 * @param value that it gave, if it has no classes
 */
record Prediction(int label, double confidence, double value) {
    static final int NO_LABEL = -1;

    boolean isClass() {
        return label != NO_LABEL;
    }
}
