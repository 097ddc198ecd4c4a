package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Suggestions;
import dev.perdure.gateway.AnswerTier;
import dev.perdure.gateway.Safeguards;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.guard.DriftSettings;
import dev.perdure.guard.GuardPolicies;
import dev.perdure.guard.GuardPolicy;
import dev.perdure.model.GuardProfile;
import dev.perdure.recall.MemoryRecall;
import dev.perdure.recall.Recall;
import dev.perdure.recall.RecallLimits;
import dev.perdure.recall.SqliteRecall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** What stands around the models while they are served, as options. */
final class SafeguardOptions {
    private static final String OFF = "off";
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(s|m|h|d)");
    private static final Map<String, Duration> UNITS = Map.of(
            "s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1), "h", Duration.ofHours(1), "d", Duration.ofDays(1));

    @Option(
            names = "--guard",
            paramLabel = "FILE|off",
            defaultValue = "usual",
            description = "What is done about inputs unlike those of training, other than usual: a YAML file; or off.")
    String guard = "usual";

    @Option(
            names = "--drift",
            paramLabel = "on|off",
            defaultValue = "on",
            description = "Whether inputs are watched for drift. Default: ${DEFAULT-VALUE}.")
    String drift = "on";

    @Option(
            names = "--drift-window",
            paramLabel = "N",
            defaultValue = "500",
            description = "How many inputs are compared with training at a time. Default: ${DEFAULT-VALUE}.")
    int driftWindow = 500;

    @Option(
            names = "--drift-alpha",
            paramLabel = "P",
            defaultValue = "0.001",
            description = "The chance at most of a false alarm in a window. Default: ${DEFAULT-VALUE}.")
    double driftAlpha = 0.001;

    @Option(
            names = "--fallback",
            paramLabel = "TIERS",
            defaultValue = "previous,known-good,rule",
            description = "Who answers when the model does not, in this order; or none. Default: ${DEFAULT-VALUE}.")
    String fallback = "previous,known-good,rule";

    @Option(
            names = "--known-good",
            paramLabel = "FILE|memory|off",
            description =
                    "Where answers are kept for when the model does not answer. Default: MODELS/.perdure/known-good.db.")
    Optional<String> knownGood = Optional.empty();

    @Option(
            names = "--known-good-max-age",
            paramLabel = "TIME|off",
            defaultValue = "1h",
            description = "How old they may be: as in 90s, 30m, 1h, 2d. Default: ${DEFAULT-VALUE}.")
    String knownGoodMaxAge = "1h";

    @Option(
            names = "--known-good-mib",
            paramLabel = "N",
            defaultValue = "64",
            description = "How much memory they may take, and as much on disk. Default: ${DEFAULT-VALUE}.")
    int knownGoodMib = 64;

    /**
     * Returns what was asked for; whoever gets it closes its answers.
     *
     * @param models where bundles are
     * @param told hears of trouble with the file of answers
     * @throws BadSettingException with everything that is wrong
     */
    Safeguards safeguards(Path models, List<ServedVersion> versions, InstantSource clock, Consumer<String> told)
            throws IOException {
        var problems = new ArrayList<String>();
        Optional<GuardPolicies> policies = attempt(problems, () -> policies(versions));
        Optional<DriftSettings> watched = attempt(problems, this::drift);
        List<AnswerTier> fallbacks = fallbacks(problems);
        Optional<RecallLimits> limits = attempt(problems, this::limits);
        if (!problems.isEmpty()) {
            throw new BadSettingException(problems);
        }
        boolean isKept = limits.isPresent() && fallbacks.contains(AnswerTier.KNOWN_GOOD);
        return new Safeguards(
                policies,
                watched,
                fallbacks,
                isKept ? recall(models, limits.orElseThrow(), clock, told) : Recall.NOTHING);
    }

    private interface Reading<T> {
        Optional<T> read() throws IOException;
    }

    private static <T> Optional<T> attempt(List<String> problems, Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (BadSettingException e) {
            problems.addAll(e.problems());
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        return Optional.empty();
    }

    private Optional<GuardPolicies> policies(List<ServedVersion> versions) throws IOException {
        if (guard.equals(OFF)) {
            return Optional.empty();
        }
        if (guard.equals("usual")) {
            return Optional.of(GuardPolicies.all(GuardPolicy.standard()));
        }
        Path file = Path.of(guard);
        if (!Files.isRegularFile(file)) {
            throw new BadSettingException(
                    "--guard: %s (expected: a YAML file that is there, or off). docs/operating/guard.md has one"
                            .formatted(guard));
        }
        var profiles = new LinkedHashMap<String, Optional<GuardProfile>>();
        versions.forEach(version ->
                profiles.putIfAbsent(version.id().name(), version.training().profile()));
        return Optional.of(GuardPolicies.read(guard, Files.readString(file), profiles));
    }

    private Optional<DriftSettings> drift() {
        return switch (drift) {
            case OFF -> Optional.empty();
            case "on" -> Optional.of(new DriftSettings(driftWindow, driftAlpha, false, 1));
            default -> throw new BadSettingException("--drift: %s (expected: on or off)".formatted(drift));
        };
    }

    private List<AnswerTier> fallbacks(List<String> problems) {
        var tiers = new ArrayList<AnswerTier>();
        var known = new LinkedHashMap<String, AnswerTier>();
        Safeguards.USUAL_FALLBACKS.forEach(tier -> known.put(tier.word(), tier));
        for (String word : fallback.equals("none") ? new String[0] : fallback.split(",")) {
            AnswerTier tier = known.get(word.strip());
            if (tier == null || tiers.contains(tier)) {
                problems.add("--fallback: '%s' (expected: some of %s, each once, or none). %s"
                        .formatted(
                                word.strip(),
                                String.join(",", known.keySet()),
                                Suggestions.didYouMean(word.strip(), known.keySet()))
                        .strip());
            } else {
                tiers.add(tier);
            }
        }
        return tiers;
    }

    private Optional<RecallLimits> limits() {
        if (knownGoodMaxAge.equals(OFF) || knownGood.filter(OFF::equals).isPresent()) {
            return Optional.empty();
        }
        Matcher time = TIME.matcher(knownGoodMaxAge);
        if (!time.matches()) {
            throw new BadSettingException(
                    "--known-good-max-age: %s (expected: a whole number and s, m, h or d, as in 90s or 1h; or off)"
                            .formatted(knownGoodMaxAge));
        }
        if (knownGoodMib < 1 || knownGoodMib > 1 << 20) {
            throw new BadSettingException("--known-good-mib: %d (expected: 1 to 1048576)".formatted(knownGoodMib));
        }
        Duration unit = UNITS.getOrDefault(time.group(2), Duration.ZERO);
        return Optional.of(
                new RecallLimits(unit.multipliedBy(Long.parseLong(time.group(1))), (long) knownGoodMib << 20));
    }

    private Recall recall(Path models, RecallLimits limits, InstantSource clock, Consumer<String> told) {
        String place = knownGood.orElse(
                models.resolve(".perdure").resolve("known-good.db").toString());
        return place.equals("memory")
                ? new MemoryRecall(limits, clock)
                : new SqliteRecall(
                        Path.of(place).toAbsolutePath(),
                        limits,
                        clock,
                        SqliteRecall.AGAIN,
                        words -> told.accept("known answers: " + words));
    }
}
