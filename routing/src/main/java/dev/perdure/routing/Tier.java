package dev.perdure.routing;

/** Who may answer a request, from the best on; a request has a list of them, in the order configured. */
public sealed interface Tier {

    /** Any replica of a version of the model. The first of a request's tiers is one; later ones are earlier versions. */
    record Model(String version) implements Tier {}

    /** What was answered to the same input before, not too long ago. */
    record KnownGood() implements Tier {}

    /** A rule or default value. */
    record Rule() implements Tier {}

    /** Returns the share of a request's time that is kept for this tier when one before it does not answer. */
    default double reserve() {
        return switch (this) {
            case Model _ -> 0.25;
            case KnownGood _, Rule _ -> 0.05;
        };
    }
}
