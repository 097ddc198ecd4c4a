package dev.perdure.routing;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How often each client may ask: a {@link TokenBucket} for each, of a bounded number of clients. When there are too many,
 * the one that asked longest ago is forgotten, so a client gains at most a full bucket by that. Owned by one thread.
 */
public final class Clients {
    /**
     * Settings.
     *
     * @param perSecond requests of one client, > 0
     * @param burst of it at once, >= 1
     * @param max clients remembered, >= 1
     */
    public record Options(double perSecond, double burst, int max) {
        public Options {
            Checks.atLeast("perSecond", perSecond, 1e-9);
            Checks.atLeast("burst", burst, 1);
            Checks.atLeast("max", max, 1);
        }
    }

    private final Options options;
    private final Map<String, TokenBucket> buckets = new LinkedHashMap<>();

    Clients(Options options) {
        this.options = options;
    }

    /** Returns when to come again, if the client asks too often. */
    Optional<Duration> refuses(String client, long now) {
        TokenBucket bucket = Optional.ofNullable(buckets.remove(client))
                .orElseGet(() -> TokenBucket.full(options.perSecond(), options.burst(), now));
        TokenBucket.Taken taken = bucket.take(now);
        if (buckets.size() >= options.max()) {
            buckets.remove(buckets.keySet().iterator().next());
        }
        buckets.put(client, taken.next());
        return taken.granted() ? Optional.empty() : Optional.of(taken.retryAfter());
    }

    int size() {
        return buckets.size();
    }
}
