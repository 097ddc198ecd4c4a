package dev.perdure.training;

import dev.perdure.registry.HostStatistics;
import dev.perdure.registry.RecoveryStatistics;
import dev.perdure.registry.Registry;
import dev.perdure.registry.RegistryException;
import dev.perdure.reliability.FaultKind;
import dev.perdure.reliability.Fleet;
import dev.perdure.reliability.Strategy;
import dev.perdure.reliability.SuccessRates;
import dev.perdure.supervision.Precedents;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/** Reads what all runs of a registry teach: which recovery helped against what, how long it took, and which hosts fail. */
final class Lessons {
    private static final int PAGE = 500;

    private Lessons() {}

    static Precedents read(Registry registry) throws RegistryException {
        var causes = new EnumMap<FaultKind, Integer>(FaultKind.class);
        var took = new HashMap<String, Duration>();
        var helped = new HashMap<String, Long>();
        SuccessRates rates = SuccessRates.standard();
        for (RecoveryStatistics seen : registry.recoveryStatistics()) {
            Optional<FaultKind> kind = kind(seen.kind());
            Optional<Strategy> strategy = Strategy.ofKey(seen.strategy());
            if (kind.isPresent() && strategy.isPresent()) {
                causes.merge(kind.get(), Math.toIntExact(seen.tries()), Integer::sum);
                rates = rates.after(strategy.get(), kind.get(), seen.successes(), seen.failures());
                took.merge(seen.strategy(), seen.successTime(), Duration::plus);
                helped.merge(seen.strategy(), seen.successes(), Long::sum);
            }
        }
        var seconds = new HashMap<String, Double>();
        helped.forEach((strategy, times) -> {
            if (times > 0) {
                seconds.put(strategy, took.getOrDefault(strategy, Duration.ZERO).toMillis() / 1e3 / times);
            }
        });
        return new Precedents(causes, rates, seconds, fleet(registry));
    }

    private static Fleet fleet(Registry registry) throws RegistryException {
        Fleet fleet = Fleet.empty();
        String after = "";
        while (true) {
            List<HostStatistics> page = registry.hosts(after, PAGE);
            if (page.isEmpty()) {
                return fleet;
            }
            for (HostStatistics host : page) {
                double hours = Math.max(1, host.exposure().toMillis()) / 3.6e6;
                fleet = fleet.after(host.host(), Math.toIntExact(host.failures()), hours);
            }
            after = page.getLast().host();
        }
    }

    /** A registry may hold what another build wrote. */
    private static Optional<FaultKind> kind(String name) {
        for (FaultKind kind : FaultKind.values()) {
            if (kind.name().equals(name)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
