package dev.perdure.gateway;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The deployments that replicas or requests may still name, by key. Any thread may ask. */
final class Deployments {
    private final Map<String, Deployment> byKey = new ConcurrentHashMap<>();

    void add(Deployment deployment) {
        byKey.put(deployment.key(), deployment);
    }

    void remove(String key) {
        byKey.remove(key);
    }

    /** Returns one that is there, as it is for all that was let in. */
    Deployment get(String key) {
        return find(key).orElseThrow(() -> new IllegalStateException("deployment " + key + " is gone"));
    }

    Optional<Deployment> find(String key) {
        return Optional.ofNullable(byKey.get(key));
    }

    ServedVersion served(String key) {
        return get(key).served();
    }
}
