package dev.perdure.gateway;

import dev.perdure.routing.Fleet;
import dev.perdure.routing.Health;
import dev.perdure.routing.Replica;
import dev.perdure.routing.Routing;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How it stands with a model at one moment.
 *
 * @param underWay requests that were let in and are not answered
 * @param waiting requests that wait to be let in
 * @param limit how many may be under way
 * @param quarantined inputs that are not sent to replicas
 * @param replicas how many of each version are in each state; a state that none is in has no entry
 */
public record ModelLook(
        int underWay, int waiting, int limit, int quarantined, SortedMap<String, Map<ReplicaState, Integer>> replicas) {

    /** Before anything is known. */
    static final ModelLook NOTHING = new ModelLook(0, 0, 0, 0, new TreeMap<>());

    /** What a replica's health comes to, for people. */
    public enum ReplicaState {
        /** Launched, and not known to answer. */
        STARTING,
        /** Ready, and not in use. */
        STANDBY,
        /** In use, with a weight that grows. */
        TRIAL,
        /** In use. */
        SERVING,
        /** Taken out. */
        EJECTED,
        /** It answers what it has, and gets nothing more. */
        DRAINING;

        /** Returns the name in figures. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ModelLook {
        replicas = Collections.unmodifiableSortedMap(new TreeMap<>(replicas));
    }

    static ModelLook of(Routing routing) {
        var replicas = new TreeMap<String, Map<ReplicaState, Integer>>();
        for (String key : routing.versions()) {
            routing.fleet(key)
                    .ifPresent(fleet -> add(
                            fleet,
                            replicas.computeIfAbsent(
                                    Deployment.versionOf(key), _ -> new EnumMap<>(ReplicaState.class))));
        }
        return new ModelLook(
                routing.admission().underWay(),
                routing.admission().waiting(),
                routing.admission().limit(),
                routing.quarantine().size(),
                replicas);
    }

    private static void add(Fleet fleet, Map<ReplicaState, Integer> states) {
        for (Replica replica : fleet.replicas().values()) {
            switch (replica.health()) {
                case Health.Starting _ -> states.merge(ReplicaState.STARTING, 1, Integer::sum);
                case Health.Standby _ -> states.merge(ReplicaState.STANDBY, 1, Integer::sum);
                case Health.OnTrial _ -> states.merge(ReplicaState.TRIAL, 1, Integer::sum);
                case Health.Serving _ -> states.merge(ReplicaState.SERVING, 1, Integer::sum);
                case Health.Ejected _ -> states.merge(ReplicaState.EJECTED, 1, Integer::sum);
                case Health.Draining _ -> states.merge(ReplicaState.DRAINING, 1, Integer::sum);
                case Health.Stopped _ -> {}
            }
        }
    }
}
