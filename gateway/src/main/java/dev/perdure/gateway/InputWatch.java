package dev.perdure.gateway;

import dev.perdure.guard.DriftStanding;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Parameter;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * What is looked at of requests, by what the bundle of the version that is asked says: their inputs before anybody computes them,
 * and after that what an inner layer made of them.
 */
final class InputWatch implements AutoCloseable {
    /** Of an answer: what was found in its request's inputs, and what was done about it. */
    static final String GUARD = "perdure_guard";

    private record Watched(VersionGuard guard, VersionDrift drift) {
        boolean isOf(ServedVersion version) {
            return guard.version().digest().equals(version.digest());
        }
    }

    private final Safeguards safeguards;
    private final Supplier<Collection<ModelId>> served;
    private final DriftWatch drifts;
    private final Map<ModelId, Watched> watched = new ConcurrentHashMap<>();

    /**
     * Begins.
     *
     * @param served which versions there are now: of others nothing is kept
     * @param told hears what drifts, from a thread of its own
     */
    InputWatch(
            Safeguards safeguards,
            Supplier<Collection<ModelId>> served,
            BiConsumer<ServedVersion, DriftStanding.Change> told) {
        this.safeguards = safeguards;
        this.served = served;
        this.drifts = new DriftWatch(System.nanoTime(), told);
    }

    /** A bundle that was changed under the same version is another. */
    private Watched of(ServedVersion version) {
        Watched known = watched.get(version.id());
        return known != null && known.isOf(version)
                ? known
                : watched.compute(version.id(), (_, was) -> was != null && was.isOf(version) ? was : made(version));
    }

    private Watched made(ServedVersion version) {
        return new Watched(
                new VersionGuard(
                        version,
                        safeguards
                                .guard()
                                .map(policies -> policies.of(version.id().name()))),
                new VersionDrift(version, safeguards.drift(), InstantSource.system()));
    }

    /**
     * Returns what is to be computed of a request that fits its version.
     *
     * @throws OipException if nothing is
     */
    VersionGuard.Guarded before(ServedVersion version, InferRequest request) {
        Watched of = of(version);
        if (of.drift().isWatched()) {
            drifts.add(of.drift(), Rows.data(request.inputs().getFirst()));
        }
        return of.guard().judge(request);
    }

    /**
     * Returns what was found in a request, with what its replicas measured in an inner layer.
     *
     * @throws OipException if it is not to be answered because of that
     */
    VersionGuard.Guarded after(ServedVersion version, Reply.Answered answered, VersionGuard.Guarded guarded) {
        Optional<InnerLayer.Measured> measured = InnerLayer.measured(answered, version);
        if (measured.isEmpty()) {
            return guarded;
        }
        Watched of = of(version);
        if (of.drift().isWatched()) {
            measured.get().numbers().ifPresent(numbers -> drifts.addInner(of.drift(), numbers));
        }
        return of.guard().judge(measured.get(), guarded);
    }

    /** Returns an answer that says what was found in its request's inputs. */
    static InferResponse said(InferResponse response, VersionGuard.Guarded guarded) {
        if (guarded.said().isEmpty()) {
            return response;
        }
        var parameters = new LinkedHashMap<>(response.parameters());
        parameters.put(GUARD, Parameter.of(guarded.said()));
        return new InferResponse(response.model(), response.id(), parameters, response.outputs());
    }

    /** Forgets what was found of versions that are not served any more. */
    private void forgetOthers() {
        watched.keySet().retainAll(served.get());
    }

    GuardReport guard(ServedVersion version) {
        forgetOthers();
        return of(version).guard().report();
    }

    DriftLook drift(ServedVersion version) {
        forgetOthers();
        return of(version).drift().look();
    }

    @Override
    public void close() {
        drifts.close();
    }
}
