package dev.perdure.cli;

import dev.perdure.access.ApiKeys;
import dev.perdure.access.Door;
import dev.perdure.access.ReloadListener;
import dev.perdure.access.Reloaded;
import dev.perdure.access.TlsFiles;
import dev.perdure.access.Tokens;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipEdge;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Who may come to a server, by files that are read again when they change. */
final class Entrance implements AutoCloseable {
    private final LongAdder taken = new LongAdder();
    private final LongAdder kept = new LongAdder();
    private final Consumer<String> say;
    private final Optional<TlsFiles> tls;
    private final Optional<Reloaded<ApiKeys>> keys;
    private final Optional<Reloaded<Tokens>> tokens;
    private final OipEdge edge;

    /**
     * Reads all files, and looks at them again from then on.
     *
     * @param say told what becomes of changes, for people
     * @param every how long it is from one look to the next
     */
    Entrance(TlsOptions tlsOptions, AccessOptions access, Consumer<String> say, Duration every) {
        this.say = say;
        ReloadListener listener = this::changed;
        this.tls = tlsOptions.open(listener, every);
        this.keys = access.keys(listener, every);
        this.tokens = access.tokens(listener, every);
        OipEdge open = OipEdge.OPEN;
        OipEdge over = tls.map(files -> open.over(new OipEdge.Tls(files, files.asksClients())))
                .orElse(open);
        OipEdge kept = access.audit().map(over::keeping).orElse(over);
        this.edge = asksWho() ? kept.admitting(door(access)) : kept;
    }

    private Door door(AccessOptions access) {
        return new Door(
                keys.map(known -> (Supplier<ApiKeys>) known::get),
                tokens.map(known -> (Supplier<Tokens>) known::get),
                access.isOpen(AccessOptions.Open.HEALTH),
                access.isOpen(AccessOptions.Open.METRICS),
                Clock.systemUTC());
    }

    private void changed(String what, boolean isTaken, String words) {
        if (isTaken) {
            taken.increment();
            say.accept("%s were read again: %s".formatted(what, words));
        } else {
            kept.increment();
            say.accept("WARNING: %s have changed and cannot be used, so what they said before still counts: %s"
                    .formatted(what, words));
        }
    }

    private boolean asksWho() {
        return keys.isPresent() || tokens.isPresent();
    }

    OipEdge edge() {
        return edge;
    }

    /** Adds its figures. */
    void bindTo(MeterRegistry registry) {
        reloads(registry, "taken", taken);
        reloads(registry, "kept", kept);
        tls.ifPresent(files -> Gauge.builder(
                        "perdure.tls.certificate.expiry.timestamp",
                        files,
                        known -> known.until().getEpochSecond())
                .description("Until when the server's certificate holds, in seconds since 1970.")
                .baseUnit("seconds")
                .register(registry));
    }

    private static void reloads(MeterRegistry registry, String result, LongAdder count) {
        FunctionCounter.builder("perdure.reloads", count, LongAdder::sum)
                .description(
                        "Changes of files with certificates and keys: taken, or unusable and what was before kept.")
                .tag("result", result)
                .register(registry);
    }

    /** Returns what a person should know who listens at these addresses. */
    List<String> warnings(List<OipAddress> addresses) {
        var warnings = new ArrayList<String>();
        boolean isPublic = addresses.stream().anyMatch(Entrance::isPublic);
        if (isPublic && asksWho() && tls.isEmpty()) {
            warnings.add(
                    "WARNING: keys and tokens are sent over the network as plain text; use --tls-cert and --tls-key");
        }
        if (isPublic && !asksWho() && !tls.map(TlsFiles::asksClients).orElse(false)) {
            warnings.add("WARNING: whoever reaches this server may ask, load and unload; use --api-keys, --jwt-keys or"
                    + " --tls-client-ca");
        }
        return warnings;
    }

    /** Returns whether others than this machine may reach it. */
    static boolean isPublic(OipAddress address) {
        try {
            return address instanceof OipAddress.Tcp tcp
                    && !InetAddress.getByName(tcp.host()).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return true;
        }
    }

    @Override
    public void close() {
        tls.ifPresent(TlsFiles::close);
        keys.ifPresent(Reloaded::close);
        tokens.ifPresent(Reloaded::close);
    }
}
