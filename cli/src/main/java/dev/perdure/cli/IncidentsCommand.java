package dev.perdure.cli;

import dev.perdure.training.ExitCode;
import dev.perdure.training.Figures;
import dev.perdure.training.Incident;
import dev.perdure.training.RunFolder;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells what went wrong in a run. */
@Command(
        name = "incidents",
        mixinStandardHelpOptions = true,
        description = "Tells what went wrong in a run, what was done about it and why; also while the run goes on.")
final class IncidentsCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());

    @Parameters(paramLabel = "RUN", description = "The run's folder.")
    Path run = Path.of("");

    @Override
    public Integer call() throws Exception {
        RunFolder folder = new RunFolder(run);
        folder.readConfig();
        List<Incident> incidents = folder.incidents();
        System.out.println(
                incidents.isEmpty() ? "Nothing went wrong." : Figures.count(incidents.size(), "incident") + ":");
        incidents.forEach(IncidentsCommand::tell);
        return ExitCode.OK.code();
    }

    private static void tell(Incident incident) {
        System.out.printf(
                "%n%s  %s%n",
                TIME.format(Instant.parse(incident.at())),
                Paint.clean(incident.kind()).replace('-', ' '));
        System.out.println("  seen     " + Paint.clean(incident.evidence()) + noticed(incident));
        if (!incident.beliefs().isEmpty()) {
            System.out.println("  belief   "
                    + incident.beliefs().stream()
                            .map(belief -> belief.fault() + " " + percent(belief.chance()))
                            .collect(Collectors.joining(", ")));
        }
        System.out.println("  done     " + Paint.clean(incident.action()));
        if (!incident.reason().isBlank()) {
            System.out.println("  because  " + Paint.clean(incident.reason()));
        }
        String label = "  weighed  ";
        for (Incident.Alternative alternative : incident.alternatives()) {
            System.out.println(label + Paint.clean(weighed(alternative)));
            label = "           ";
        }
        System.out.println("  then     "
                + (Double.isFinite(incident.recoverMillis())
                        ? "training went on after " + Figures.millis(incident.recoverMillis())
                        : "training has not gone on yet"));
    }

    private static String weighed(Incident.Alternative a) {
        return a.refused().isEmpty()
                ? "%s %s: costs %s, helps in %s"
                        .formatted(a.chosen() ? "→" : "-", a.what(), Figures.seconds(a.seconds()), percent(a.chance()))
                : "✗ %s: %s".formatted(a.what(), a.refused());
    }

    private static String percent(double chance) {
        return Math.round(100 * chance) + " %";
    }

    private static String noticed(Incident incident) {
        return Double.isFinite(incident.detectMillis())
                ? " (noticed within " + Figures.millis(incident.detectMillis()) + ")"
                : "";
    }
}
