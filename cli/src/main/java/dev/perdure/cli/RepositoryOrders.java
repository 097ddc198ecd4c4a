package dev.perdure.cli;

import dev.perdure.gateway.RolloutSettings.Manner;
import dev.perdure.oip.ModelId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What clients have asked of the repository of models, as it stands: a value. A later order about the same takes the place of an
 * earlier one.
 *
 * @param unloaded by model the versions that are not to be served, {@value #ALL} for all of it
 * @param loads by model the last order to load it in a certain manner
 */
record RepositoryOrders(SortedMap<String, NavigableSet<String>> unloaded, SortedMap<String, Load> loads) {
    private static final String ALL = "";

    /** Nothing was asked. */
    static final RepositoryOrders NONE = new RepositoryOrders(new TreeMap<>(), new TreeMap<>());

    /**
     * An order to load a model in a certain manner.
     *
     * @param number of such orders about the model so far
     */
    record Load(long number, Manner manner) {}

    RepositoryOrders {
        var copy = new TreeMap<String, NavigableSet<String>>();
        unloaded.forEach(
                (model, versions) -> copy.put(model, Collections.unmodifiableNavigableSet(new TreeSet<>(versions))));
        unloaded = Collections.unmodifiableSortedMap(copy);
        loads = Collections.unmodifiableSortedMap(new TreeMap<>(loads));
    }

    private static String word(ModelId model) {
        return model.version().orElse(ALL);
    }

    private NavigableSet<String> versions(String model) {
        return unloaded.getOrDefault(model, Collections.emptyNavigableSet());
    }

    private RepositoryOrders with(String model, NavigableSet<String> versions) {
        var next = new TreeMap<>(unloaded);
        next.put(model, versions);
        next.values().removeIf(NavigableSet::isEmpty);
        return new RepositoryOrders(next, loads);
    }

    /** A model, or one version, is not to be served. */
    RepositoryOrders unload(ModelId model) {
        var versions = new TreeSet<>(versions(model.name()));
        versions.add(word(model));
        return with(model.name(), versions);
    }

    /** All versions of a model are to be served again. */
    RepositoryOrders load(String model, Optional<Manner> manner) {
        RepositoryOrders next = with(model, new TreeSet<>());
        if (manner.isEmpty()) {
            return next;
        }
        var more = new TreeMap<>(loads);
        more.merge(model, new Load(1, manner.get()), (before, now) -> new Load(before.number() + 1, now.manner()));
        return new RepositoryOrders(next.unloaded(), more);
    }

    /** The bundle of a version is gone: another that comes in its place is to be served. */
    RepositoryOrders forget(ModelId version) {
        var versions = new TreeSet<>(versions(version.name()));
        versions.remove(word(version));
        return with(version.name(), versions);
    }

    /** Returns whether a version is not to be served. */
    boolean isUnloaded(ModelId version) {
        NavigableSet<String> versions = versions(version.name());
        return versions.contains(ALL) || versions.contains(word(version));
    }

    /** Returns what is not to be served, and was by the orders before. */
    List<ModelId> unloadedSince(RepositoryOrders before) {
        var news = new ArrayList<ModelId>();
        unloaded.forEach((model, versions) -> versions.stream()
                .filter(version -> !before.versions(model).contains(version))
                .forEach(version -> news.add(ModelId.of(model, version))));
        return news;
    }

    /** Returns the manner in which a model is to be loaded, if that was ordered since. */
    Optional<Manner> mannerSince(RepositoryOrders before, String model) {
        return Optional.ofNullable(loads.get(model))
                .filter(load -> !load.equals(before.loads().get(model)))
                .map(Load::manner);
    }
}
