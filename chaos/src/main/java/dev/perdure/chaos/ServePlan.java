package dev.perdure.chaos;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Seeds;
import dev.perdure.core.Settings;
import dev.perdure.core.Suggestions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is to be done to served models, read from YAML: one fault after the other, each when the one before is over.
 *
 * @param gateways that answer at the same port
 * @param replicas of the model that is asked, of each gateway
 * @param perSecond requests that are sent each second, whatever happens
 * @param calm nothing happens for so long between faults
 * @param patience so many times as long as usual a replica is waited for before it is taken for silent, >= 1
 */
public record ServePlan(
        int gateways, int replicas, double perSecond, Duration calm, double patience, List<Planned> faults) {
    public ServePlan {
        faults = List.copyOf(faults);
    }

    /** A fault, and how often it happens in a row. */
    public record Planned(ServeFault fault, int times) {}

    /**
     * One fault that happens once.
     *
     * @param id its name in the campaign, such as {@code 03-kill}
     * @param draw chooses whatever has to be chosen
     */
    public record Entry(String id, ServeFault fault, long draw) {}

    /**
     * Reads a plan from a file.
     *
     * @throws BadSettingException with every problem found, if there is any
     */
    public static ServePlan read(Path file) throws IOException {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new BadSettingException(
                    "%s: no such file (expected: a plan of faults such as examples/serve-faults.yaml)".formatted(file));
        }
    }

    /**
     * Reads a plan from text.
     *
     * @param name what to call the text in messages
     * @throws BadSettingException with every problem found, if there is any
     */
    public static ServePlan parse(String name, String yaml) {
        Settings root = Settings.parse(name, yaml);
        double perSecond = root.real("requests-per-second", 60, 0.1, 100_000);
        Duration calm = Kind.seconds(root, "calm-seconds", 2);
        double patience = root.real("patience", 1, 1, 100);
        List<Planned> faults = new ArrayList<>();
        List<Settings.Named> written = root.namedList("faults");
        written.forEach(one -> read(one).ifPresent(faults::add));
        if (written.isEmpty()) {
            root.reject("faults", "is missing or empty (expected: a list of faults). Add '- kill: {}'.");
        }
        int gateways = root.integer("gateways", killsGateway(faults) ? 2 : 1, 1, 8);
        boolean needTwo = gateways == 1 || faults.stream().anyMatch(ServePlan::isOfHosts);
        int replicas = root.integer("replicas", gateways == 1 ? 3 : 2, needTwo ? 2 : 1, 100);
        root.finish();
        return new ServePlan(gateways, replicas, perSecond, calm, patience, faults);
    }

    /** Returns whether some replicas live on another host. */
    public boolean hasOtherHost() {
        return faults.stream().anyMatch(ServePlan::isOfHosts);
    }

    private static boolean isOfHosts(Planned planned) {
        return planned.fault() instanceof ServeFault.OfHosts;
    }

    private static boolean killsGateway(List<Planned> faults) {
        return faults.stream().anyMatch(planned -> planned.fault() instanceof ServeFault.KillGateway);
    }

    private static Optional<Planned> read(Settings.Named written) {
        Settings settings = written.settings();
        Optional<Kind<ServeFault>> kind = ServeKinds.named(written.name());
        if (kind.isEmpty()) {
            String hint = Suggestions.didYouMean(written.name(), ServeKinds.names());
            settings.rejectSelf("%s is no kind of fault of serving (expected: one of %s). %s"
                    .formatted(written.name(), String.join(", ", ServeKinds.names()), hint)
                    .strip());
            settings.keys(); // one mistake is enough
            return Optional.empty();
        }
        ServeFault fault = kind.get().read().apply(settings);
        return Optional.of(new Planned(fault, settings.integer("times", 1, 1, 100_000)));
    }

    /** Makes all choices: the same plan and seed give the same entries. */
    List<Entry> entries(long seed) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < faults.size(); i++) {
            Planned planned = faults.get(i);
            String id = "%02d-%s".formatted(i + 1, planned.fault().kind());
            for (int n = 0; n < planned.times(); n++) {
                String name = planned.times() == 1 ? id : "%s-%d".formatted(id, n + 1);
                entries.add(new Entry(name, planned.fault(), Seeds.mix(Seeds.mix(Seeds.mix(seed) + i) + n)));
            }
        }
        return List.copyOf(entries);
    }
}
