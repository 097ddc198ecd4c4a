package dev.perdure.guard;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What is done about values that were not expected.
 *
 * @param actions for every feature; all surprises have one
 * @param ofFeature for single features by name, before {@code actions}
 * @param margin how far beyond the range that training saw a value may lie, as a share of that range's width; 0 or more
 * @param tail the share of training values, at either end, beyond which a value is extreme; in [0, 0.5)
 */
public record GuardPolicy(
        Map<Surprise, Action> actions,
        SequencedMap<String, Map<Surprise, Action>> ofFeature,
        double margin,
        double tail) {
    public GuardPolicy {
        actions = Collections.unmodifiableMap(new EnumMap<>(actions));
        ofFeature = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(ofFeature));
        for (Surprise surprise : Surprise.values()) {
            if (!actions.containsKey(surprise)) {
                throw new IllegalArgumentException("guard: no action for %s (expected: one of %s)"
                        .formatted(surprise.word(), surprise.possible()));
            }
        }
        actions.forEach((surprise, action) -> requirePossible("guard", surprise, action));
        ofFeature.forEach((feature, own) ->
                own.forEach((surprise, action) -> requirePossible("guard: " + feature, surprise, action)));
        if (!(margin >= 0 && Double.isFinite(margin))) {
            throw new IllegalArgumentException("guard: margin %s (expected: >= 0, finite)".formatted(margin));
        }
        if (!(tail >= 0 && tail < 0.5)) {
            throw new IllegalArgumentException("guard: tail %s (expected: 0 or more, less than 0.5)".formatted(tail));
        }
    }

    private static void requirePossible(String what, Surprise surprise, Action action) {
        if (!surprise.possible().contains(action)) {
            throw new IllegalArgumentException("%s: %s for %s (expected: one of %s)"
                    .formatted(what, action, surprise.word(), surprise.possible()));
        }
    }

    /**
     * Returns the policy that serves without being told: what training saw missing is imputed, what it never saw missing is
     * rejected; values beyond the range and a tenth of its width are clipped to that; marks that mean no category are
     * rejected; everything else is let pass and reported.
     */
    public static GuardPolicy standard() {
        Map<Surprise, Action> actions = new EnumMap<>(Surprise.class);
        actions.put(Surprise.MISSING, Action.IMPUTE);
        actions.put(Surprise.NEVER_MISSING, Action.REJECT);
        actions.put(Surprise.EXTREME, Action.PASS);
        actions.put(Surprise.OUTSIDE, Action.CLIP);
        actions.put(Surprise.UNSEEN_CATEGORY, Action.PASS);
        actions.put(Surprise.NO_CATEGORY, Action.REJECT);
        actions.put(Surprise.SIZE, Action.PASS);
        actions.put(Surprise.ABNORMAL, Action.PASS);
        return new GuardPolicy(actions, new LinkedHashMap<>(), 0.1, 0.001);
    }

    /** Returns one that only looks: whatever comes is let pass, and reported. */
    public static GuardPolicy onlyReport() {
        Map<Surprise, Action> actions = new EnumMap<>(Surprise.class);
        for (Surprise surprise : Surprise.values()) {
            actions.put(surprise, Action.PASS);
        }
        return new GuardPolicy(actions, new LinkedHashMap<>(), 0.1, 0.001);
    }

    /** Returns this one with another action for a feature's surprise. */
    public GuardPolicy with(String feature, Surprise surprise, Action action) {
        var features = new LinkedHashMap<>(ofFeature);
        Map<Surprise, Action> own = new EnumMap<>(Surprise.class);
        own.putAll(features.getOrDefault(feature, Map.of()));
        own.put(surprise, action);
        features.put(feature, own);
        return new GuardPolicy(actions, features, margin, tail);
    }

    /** Returns this one with another action for a surprise in any feature that has none of its own. */
    public GuardPolicy with(Surprise surprise, Action action) {
        Map<Surprise, Action> changed = new EnumMap<>(actions);
        changed.put(surprise, action);
        return new GuardPolicy(changed, ofFeature, margin, tail);
    }

    Action action(String feature, Surprise surprise) {
        Action own = ofFeature.getOrDefault(feature, Map.of()).get(surprise);
        return own != null ? own : actions.getOrDefault(surprise, Action.PASS);
    }
}
