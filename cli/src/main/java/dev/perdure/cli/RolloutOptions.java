package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.gateway.RolloutSettings;
import dev.perdure.gateway.RolloutSettings.Manner;
import dev.perdure.routing.Rollout;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How newer versions of a model take over while it is served. */
final class RolloutOptions {
    private static final int REQUESTS_USUAL = 200;

    @Option(
            names = "--rollout",
            paramLabel = "MANNER",
            defaultValue = "shadow,canary",
            description = {
                "How a version takes over that is newer than the one that answers: at-once, when it has all its replicas; or"
                        + " shadow,canary, when copies of requests and then growing shares of them have shown nothing against it.",
                "Default: ${DEFAULT-VALUE}."
            })
    String manner = "shadow,canary";

    @Option(
            names = "--rollout-requests",
            paramLabel = "N",
            defaultValue = "" + REQUESTS_USUAL,
            description =
                    "Requests that it computes in the shadow, and in each share after that. Default: ${DEFAULT-VALUE}.")
    int requests = REQUESTS_USUAL;

    @Option(
            names = "--rollout-step-seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long the shadow and each share last at least. Default: ${DEFAULT-VALUE}.")
    int stepSeconds = 5;

    @Option(
            names = "--rollout-disagreement",
            paramLabel = "SHARE",
            defaultValue = "0.02",
            description =
                    "Share of inputs on which it may answer differently than the one before. Default: ${DEFAULT-VALUE}.")
    double disagreement = 0.02;

    @Option(
            names = "--rollout-false-alarms",
            paramLabel = "SHARE",
            defaultValue = "0.01",
            description =
                    "Share of versions with nothing against them that may be rolled back all the same. Default: ${DEFAULT-VALUE}.")
    double falseAlarms = 0.01;

    /** @throws BadSettingException if one is not to be used */
    RolloutSettings settings() {
        Manner how = Manner.of(manner)
                .orElseThrow(() -> new BadSettingException(
                        "--rollout: '%s' (expected: shadow,canary or at-once)".formatted(manner)));
        if (requests < 1 || stepSeconds < 0) {
            throw new BadSettingException("--rollout-requests: %d, --rollout-step-seconds: %d (expected: >= 1, >= 0)"
                    .formatted(requests, stepSeconds));
        }
        RolloutSettings usual = RolloutSettings.usual();
        Rollout.Options options = usual.options();
        try {
            return usual.in(how)
                    .with(new Rollout.Options(
                            options.shadowShare(),
                            requests,
                            options.shares(),
                            requests,
                            Duration.ofSeconds(stepSeconds),
                            options.compareShare(),
                            falseAlarms,
                            disagreement,
                            options.slowerMax(),
                            options.oddsMax(),
                            options.bins()));
        } catch (IllegalArgumentException e) {
            throw new BadSettingException("--rollout-disagreement, --rollout-false-alarms: " + e.getMessage());
        }
    }
}
