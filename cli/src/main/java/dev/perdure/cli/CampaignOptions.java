package dev.perdure.cli;

import dev.perdure.chaos.BundleDamage;
import dev.perdure.chaos.ChaosFolder;
import dev.perdure.chaos.Told;
import dev.perdure.gateway.Gateway;
import dev.perdure.oip.ModelId;
import dev.perdure.routing.Fleet;
import dev.perdure.routing.Notice;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether what {@code serve} serves is abused by a campaign of faults, which then hears of everything. */
final class CampaignOptions {
    private static final long LOOK_NANOS = 10_000_000;

    @Option(
            names = "--agenda",
            hidden = true,
            description = "The folder of a campaign of faults that this server is a part of.")
    @Nullable
    Path agenda;

    /** Has this process end, as at a signal, when the campaign's process has ended. */
    void endWithIt() throws IOException {
        if (agenda != null) {
            CompletableFuture<ProcessHandle> end = new ChaosFolder(agenda)
                    .campaign()
                    .map(ProcessHandle::onExit)
                    .orElseGet(() -> CompletableFuture.completedFuture(ProcessHandle.current()));
            var _ = end.thenRunAsync(() -> System.exit(ExitCode.INTERRUPTED.code()));
        }
    }

    /** Returns how long replicas are waited for, which a campaign's plan says. */
    Fleet.Options patient(Fleet.Options usual) throws IOException {
        return agenda == null
                ? usual
                : Patience.times(new ChaosFolder(agenda).servePlan().patience(), usual);
    }

    /** Returns {@code perdure replica} with these options, each of which is a part of the campaign. */
    LocalReplicas.Program program(List<String> always) {
        if (agenda == null) {
            return LocalReplicas.Program.of(always);
        }
        var chaos = new ChaosFolder(agenda);
        return (address, bundle, options, log) -> {
            var all = new ArrayList<>(always);
            all.addAll(options);
            all.addAll(List.of(
                    "--agenda",
                    chaos.path().toString(),
                    "--bundle",
                    BundleDamage.next(chaos, Path.of(bundle).toRealPath()).toString()));
            return new ReplicaLauncher(all, log).start(address);
        };
    }

    /** Returns the wall clock, which a campaign may set. */
    InstantSource clock() {
        return agenda == null ? InstantSource.system() : new ChaosFolder(agenda).clock();
    }

    /** Returns whoever says what happens to people, and to the campaign if there is one. */
    ServeTelling telling(ServeTelling usual) {
        if (agenda == null) {
            return usual;
        }
        var chaos = new ChaosFolder(agenda);
        return new ServeTelling(System.out) {
            @Override
            public void told(String model, Notice notice) {
                super.told(model, notice);
                Told.of(Instant.now(), model, notice).ifPresent(told -> tell(chaos, told));
            }
        };
    }

    private static void tell(ChaosFolder chaos, Told told) {
        try {
            chaos.tell(told);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has the campaign know how many replicas of a model a gateway has in use, as long as this process lives. */
    void watch(Gateway gateway, int number, ModelId model) {
        if (agenda != null) {
            var chaos = new ChaosFolder(agenda);
            Thread.ofPlatform().daemon().name("campaign").start(() -> tellUse(chaos, gateway, number, model));
        }
    }

    private static void tellUse(ChaosFolder chaos, Gateway gateway, int number, ModelId model) {
        int before = -1;
        while (true) {
            int now = gateway.inUse(model);
            if (now != before) {
                try {
                    chaos.use(number, now);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                before = now;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
