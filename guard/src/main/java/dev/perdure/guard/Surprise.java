package dev.perdure.guard;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** In which way a value was not expected. */
public enum Surprise {
    /** Not a number, in a column where training saw missing values. */
    MISSING,
    /** Not a number, where training saw none that was missing. */
    NEVER_MISSING,
    /** Beyond nearly all that training saw, and still within the range that is let be. */
    EXTREME,
    /** Beyond the range that training saw, by more than the margin. */
    OUTSIDE,
    /** None of the categories that training saw, or one that it knew of and never saw. */
    UNSEEN_CATEGORY,
    /** Numbers that mark no category: others than one 1 among zeros. */
    NO_CATEGORY,
    /** An image of another size. */
    SIZE,
    /** Far from what training saw in an inner layer: unusual as a whole. */
    ABNORMAL;

    /** Returns what can be done about it. */
    public Set<Action> possible() {
        return switch (this) {
            case EXTREME, OUTSIDE -> EnumSet.allOf(Action.class);
            case MISSING, NEVER_MISSING, UNSEEN_CATEGORY, NO_CATEGORY ->
                EnumSet.of(Action.IMPUTE, Action.REJECT, Action.PASS);
            case SIZE, ABNORMAL -> EnumSet.of(Action.REJECT, Action.PASS);
        };
    }

    /** Returns its name as labels of metrics have it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
