package dev.perdure.gateway;

import dev.perdure.routing.Tier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The versions of a model that requests may be for: a value.
 *
 * @param named by version, the newest first: whoever names one gets it
 * @param stable answers whoever names none; absent only when there is no version at all
 */
record Versions(SortedMap<String, Deployment> named, Optional<Deployment> stable) {
    static final Versions NONE = new Versions(new TreeMap<>(VersionOrder.NEWEST_FIRST), Optional.empty());

    Versions {
        named = Collections.unmodifiableSortedMap(new TreeMap<>(named));
    }

    /** Returns what answers a request for this version, or for none; nothing if there is none. */
    Optional<Deployment> asked(Optional<String> version) {
        return version.isEmpty() ? stable : Optional.ofNullable(named.get(version.get()));
    }

    /** Returns the same with one more version; whoever names none is answered as before, if there was anybody. */
    Versions with(Deployment deployment) {
        var more = new TreeMap<>(named);
        more.put(deployment.version(), deployment);
        return new Versions(more, stable.or(() -> Optional.of(deployment)));
    }

    /** Returns the same, where this version answers whoever names none. */
    Versions led(Deployment deployment) {
        return new Versions(with(deployment).named(), Optional.of(deployment));
    }

    /** Returns the same without a deployment; the newest of the others follows it where it answered whoever names none. */
    Versions without(Deployment deployment) {
        var fewer = new TreeMap<>(named);
        fewer.values().removeIf(deployment::equals);
        Optional<Deployment> next = stable.filter(known -> !known.equals(deployment))
                .or(() -> fewer.values().stream().findFirst());
        return new Versions(fewer, next);
    }

    /**
     * Returns who may answer, in order. Whoever names a version is answered by no other; whoever does not, by the one before as
     * well, if it takes and gives the same. In which order others follow the model, the safeguards say.
     */
    List<Tier> tiers(Deployment asked, boolean isNamed, Safeguards safeguards) {
        var tiers = new ArrayList<Tier>();
        tiers.add(new Tier.Model(asked.key()));
        for (AnswerTier fallback : safeguards.fallbacks()) {
            switch (fallback) {
                case PREVIOUS -> previous(asked, isNamed).ifPresent(tiers::add);
                case KNOWN_GOOD -> {
                    if (safeguards.recall().keepsAnything()) {
                        tiers.add(new Tier.KnownGood());
                    }
                }
                case RULE -> asked.served().fallback().ifPresent(_ -> tiers.add(new Tier.Rule()));
                case MODEL -> {}
            }
        }
        return tiers;
    }

    private Optional<Tier> previous(Deployment asked, boolean isNamed) {
        return isNamed
                ? Optional.empty()
                : named.tailMap(asked.version()).values().stream()
                        .filter(older -> !older.version().equals(asked.version()))
                        .filter(older ->
                                older.served().signature().equals(asked.served().signature()))
                        .findFirst()
                        .map(older -> new Tier.Model(older.key()));
    }
}
