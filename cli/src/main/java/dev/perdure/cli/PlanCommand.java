package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.registry.Registries;
import dev.perdure.registry.Registry;
import dev.perdure.reliability.Experience;
import dev.perdure.reliability.Plan;
import dev.perdure.training.ExitCode;
import dev.perdure.training.PlanPage;
import dev.perdure.training.PlanReport;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Answers planning questions from what runs recorded. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Answers planning questions from recorded incidents, from numbers, or from both: how often workers fail, what"
                    + " that costs, which checkpoint interval costs least, how many workers or replicas are enough.",
            "Numbers that are given take the place of those recorded. What is neither recorded nor given is assumed, and"
                    + " said to be."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  perdure plan runs/digits-1 runs/digits-2 --html plan.html",
            "  perdure plan --failures 3 --hours 120 --save-seconds 2",
            "  perdure plan --rate-per-hour 1 --within-hours 3 --at-least 3",
            "  perdure plan runs/digits-1 --workers 8 --availability 99.9",
            "  perdure plan --failures 2 --hours 720 --recover-seconds 30 --availability 99.99 \\",
            "               --requests-per-second 900 --per-replica 120 --cost-per-hour 0.8"
        })
final class PlanCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", arity = "0..*", description = "Folders of runs; they may still go on.")
    List<Path> runs = new ArrayList<>();

    @Option(
            names = "--registry",
            paramLabel = "URL",
            description = "A registry of runs: sqlite:PATH, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE.")
    @Nullable
    String registry;

    @ArgGroup(exclusive = false, heading = "%nInstead of what was recorded:%n")
    PlanNumbers numbers = new PlanNumbers();

    @ArgGroup(exclusive = false, heading = "%nQuestions:%n")
    PlanAsked asked = new PlanAsked();

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the plan as JSON.")
    @Nullable
    Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "Writes the plan as a page with charts.")
    @Nullable
    Path html;

    @Override
    public Integer call() throws Exception {
        asked.check(numbers);
        Experience recorded = recorded();
        Plan plan = Plan.of(numbers.over(recorded), asked.questions(numbers, workersOf(runs)));
        System.out.println("From " + sources() + ".");
        System.out.print(PlanReport.toText(plan));
        if (json != null) {
            Files.writeString(json, PlanReport.toJson(plan));
        }
        if (html != null) {
            Files.writeString(html, PlanPage.render(plan, sources()));
        }
        return ExitCode.OK.code();
    }

    private Experience recorded() throws IOException {
        Experience all = Experience.none();
        for (Path run : runs) {
            all = all.plus(RunHistory.of(new RunFolder(run)));
        }
        if (registry != null) {
            try (Registry opened = open(registry)) {
                all = all.plus(RunHistory.of(opened));
            }
        }
        return all;
    }

    /** A file that is not there would be made, and say nothing. */
    private static Registry open(String url) throws IOException {
        if (url.startsWith("sqlite:") && !Files.exists(Path.of(url.substring("sqlite:".length())))) {
            throw new BadSettingException(
                    "--registry %s: no such file (expected: a registry, such as the registry.db in a run's folder)"
                            .formatted(url));
        }
        return Registries.open(url);
    }

    /** Returns how many workers trained together in the last of the runs. */
    private static int workersOf(List<Path> runs) {
        return runs.isEmpty() ? 1 : new RunFolder(runs.getLast()).readConfig().workers();
    }

    private String sources() {
        var sources =
                runs.stream().map(run -> Paint.clean(run.toString())).collect(Collectors.toCollection(ArrayList::new));
        if (registry != null) {
            sources.add("the registry");
        }
        if (numbers.given()) {
            sources.add("the numbers given");
        }
        return sources.isEmpty() ? "nothing recorded and nothing given" : String.join(", ", sources);
    }
}
