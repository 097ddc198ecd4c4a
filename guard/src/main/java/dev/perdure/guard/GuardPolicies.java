package dev.perdure.guard;

import dev.perdure.core.Settings;
import dev.perdure.core.Suggestions;
import dev.perdure.model.GuardProfile;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Policies by model, as a person writes them:
 *
 * <pre>
 * outside: reject              # any feature of any model
 * margin: 0.2
 * models:
 *   houses:
 *     extreme: clip            # any feature of this model
 *     features:
 *       rooms: {missing: reject, outside: pass}
 * </pre>
 *
 * What is not written is as in {@link GuardPolicy#standard}.
 */
public final class GuardPolicies {
    private final GuardPolicy usual;
    private final SequencedMap<String, GuardPolicy> byModel;

    private GuardPolicies(GuardPolicy usual, SequencedMap<String, GuardPolicy> byModel) {
        this.usual = usual;
        this.byModel = Collections.unmodifiableSequencedMap(byModel);
    }

    /** Returns the same for all models. */
    public static GuardPolicies all(GuardPolicy policy) {
        return new GuardPolicies(policy, new LinkedHashMap<>());
    }

    /**
     * Reads a file.
     *
     * @param name what to call it in messages
     * @param profiles of the models that there are, by name; of one without a profile, nothing
     * @throws dev.perdure.core.BadSettingException with everything that is wrong: unknown models, features and settings, and
     *     actions that cannot be
     */
    public static GuardPolicies read(String name, String yaml, SequencedMap<String, Optional<GuardProfile>> profiles) {
        Settings settings = Settings.parse(name, yaml);
        GuardPolicy usual = policy(settings, GuardPolicy.standard());
        var byModel = new LinkedHashMap<String, GuardPolicy>();
        Settings models = settings.section("models");
        for (String model : models.keys()) {
            if (profiles.containsKey(model)) {
                Optional<GuardProfile> profile = profiles.getOrDefault(model, Optional.empty());
                byModel.put(model, ofModel(models.section(model), usual, model, profile));
            } else {
                models.reject(model, unknown("is no model that is served", model, profiles.keySet()));
            }
        }
        settings.finish();
        return new GuardPolicies(usual, byModel);
    }

    private static GuardPolicy ofModel(
            Settings settings, GuardPolicy usual, String model, Optional<GuardProfile> profile) {
        GuardPolicy policy = policy(settings, usual);
        Settings features = settings.section("features");
        Map<String, Map<Surprise, Set<Action>>> known =
                profile.map(InputGuard::possible).orElseGet(LinkedHashMap::new);
        for (String feature : features.keys()) {
            Map<Surprise, Set<Action>> possible = known.get(feature);
            if (possible == null) {
                features.reject(feature, unknown("is no feature of " + model, feature, known.keySet()));
                continue;
            }
            Settings own = features.section(feature);
            for (Surprise surprise : possible.keySet()) {
                Optional<Action> action = action(own, surprise, possible.getOrDefault(surprise, Set.of()));
                if (action.isPresent()) {
                    policy = policy.with(feature, surprise, action.get());
                }
            }
        }
        return policy;
    }

    private static String unknown(String what, String name, Set<String> known) {
        String meant = Suggestions.didYouMean(name, known);
        return "%s (expected: one of %s). %s"
                .formatted(what, String.join(", ", known), meant)
                .stripTrailing();
    }

    private static GuardPolicy policy(Settings settings, GuardPolicy usual) {
        var actions = new EnumMap<Surprise, Action>(usual.actions());
        for (Surprise surprise : Surprise.values()) {
            action(settings, surprise, surprise.possible()).ifPresent(action -> actions.put(surprise, action));
        }
        return new GuardPolicy(
                actions,
                new LinkedHashMap<>(usual.ofFeature()),
                settings.real("margin", usual.margin(), 0, Double.MAX_VALUE),
                settings.real("tail", usual.tail(), 0, 0.499));
    }

    private static Optional<Action> action(Settings settings, Surprise surprise, Set<Action> possible) {
        String key = surprise.word().replace('_', '-');
        if (!settings.has(key)) {
            return Optional.empty();
        }
        var names = new LinkedHashMap<String, Action>();
        possible.forEach(action -> names.put(action.name().toLowerCase(Locale.ROOT), action));
        return Optional.of(settings.choice(key, names, Optional.empty()));
    }

    /** Returns a model's. */
    public GuardPolicy of(String model) {
        return byModel.getOrDefault(model, usual);
    }
}
