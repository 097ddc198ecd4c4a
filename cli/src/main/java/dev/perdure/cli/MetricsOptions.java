package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.oip.OipAddress;
import java.io.PrintStream;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a server can be watched. */
final class MetricsOptions {
    /** How lines are written. */
    enum LogForm {
        /** For people. */
        TEXT,
        /** One JSON object a line, with a line for every request that was not answered in full. */
        JSON
    }

    @Option(
            names = "--metrics",
            paramLabel = "HOST:PORT",
            description =
                    "Where Prometheus finds /metrics; with several gateways, the next ones have the ports after it."
                            + " Default: where REST is spoken.")
    @Nullable
    String metrics;

    @Option(
            names = "--log",
            paramLabel = "FORM",
            defaultValue = "text",
            description =
                    "text, or json: one object a line, with one for every request that failed or was answered by another than"
                            + " its model. Default: ${DEFAULT-VALUE}.")
    LogForm log = LogForm.TEXT;

    /**
     * Returns where figures have an address of their own; nothing when they are where REST is spoken.
     *
     * @param gateway its number, from 1
     */
    Optional<OipAddress.Tcp> address(int gateway) {
        if (metrics == null) {
            return Optional.empty();
        }
        try {
            if (OipAddress.parse(metrics) instanceof OipAddress.Tcp tcp) {
                return Optional.of(tcp.port() == 0 ? tcp : new OipAddress.Tcp(tcp.host(), tcp.port() + gateway - 1));
            }
        } catch (IllegalArgumentException e) {
            throw new BadSettingException("--metrics: " + e.getMessage());
        }
        throw new BadSettingException("--metrics: %s (expected: HOST:PORT)".formatted(metrics));
    }

    ServeTelling telling(PrintStream out) {
        return switch (log) {
            case TEXT -> new ServeTelling(out);
            case JSON -> new JsonTelling(out, Clock.systemUTC());
        };
    }
}
