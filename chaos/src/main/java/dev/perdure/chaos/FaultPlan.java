package dev.perdure.chaos;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Settings;
import dev.perdure.core.Suggestions;
import dev.perdure.training.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is to be done to a training, read from YAML.
 *
 * @param pace how much each step is held back while faults are still to come, so that a short training is long enough for
 *     them; does not reach the weights
 */
public record FaultPlan(Duration pace, List<Planned> faults) {
    private static final double SECONDS_MAX = 86_400;

    public FaultPlan {
        faults = List.copyOf(faults);
    }

    /** A fault, whom it befalls, and when. */
    public record Planned(Fault fault, Who who, When when) {}

    /**
     * Reads a plan from a file.
     *
     * @throws BadSettingException with every problem found, if there is any
     */
    public static FaultPlan read(Path file) throws IOException {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new BadSettingException(
                    "%s: no such file (expected: a plan of faults such as examples/faults.yaml)".formatted(file));
        }
    }

    /**
     * Reads a plan from text.
     *
     * @param name what to call the text in messages
     * @throws BadSettingException with every problem found, if there is any
     */
    public static FaultPlan parse(String name, String yaml) {
        Settings root = Settings.parse(name, yaml);
        Duration pace = Duration.ofMillis(root.whole("pace-millis", 0, 0, 2_000));
        List<Planned> faults = new ArrayList<>();
        List<Settings.Named> written = root.namedList("faults");
        for (Settings.Named one : written) {
            faults.addAll(read(one));
        }
        if (written.isEmpty()) {
            root.reject("faults", "is missing or empty (expected: a list of faults). Add '- kill: {step: 10}'.");
        }
        root.finish();
        return new FaultPlan(pace, faults);
    }

    private static List<Planned> read(Settings.Named written) {
        Settings settings = written.settings();
        boolean everyPhase = written.name().equals("kill-at-phase")
                && settings.text("phase", "apply").equals("every");
        if (everyPhase) {
            return everyPhase(settings);
        }
        Optional<Kind<Fault>> kind = Kinds.named(written.name());
        if (kind.isEmpty()) {
            String hint = Suggestions.didYouMean(written.name(), Kinds.names());
            settings.rejectSelf("%s is no kind of fault (expected: one of %s). %s"
                    .formatted(written.name(), String.join(", ", Kinds.names()), hint)
                    .strip());
            settings.keys(); // one mistake is enough
            return List.of();
        }
        Fault fault = kind.get().read().apply(settings);
        return List.of(new Planned(fault, who(fault, settings), when(fault, settings)));
    }

    /** A kill at each phase: those of coming together at the beginning, the others one after the other. */
    private static List<Planned> everyPhase(Settings settings) {
        long step = settings.whole("step", 0, Long.MAX_VALUE);
        int apart = settings.integer("apart", 10, 1, 1_000_000);
        List<Planned> planned = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            boolean isBefore = phase == Phase.MEET || phase == Phase.COPY || phase == Phase.RESTORE;
            if (phase == Phase.START || phase == Phase.FINISH) {
                continue; // before it takes part, and after all is applied
            }
            Who who = Agenda.onlyLeaderHas(phase) ? new Who.Rank(0) : new Who.Random();
            planned.add(new Planned(
                    new Fault.KillAtPhase(phase), who, new When.AtStep(isBefore ? 0 : step, 0, 1, 1, isBefore)));
            step += isBefore ? 0 : apart;
        }
        return planned;
    }

    private static Who who(Fault fault, Settings settings) {
        return switch (fault) {
            case Fault.OfRun _, Fault.OfData _ -> new Who.All();
            case Fault.FullDisk _, Fault.ReadOnlyDisk _, Fault.SlowDisk _, Fault.KillWhileSaving _ -> new Who.Rank(0);
            case Fault.KillAtPhase(var phase) when Agenda.onlyLeaderHas(phase) -> new Who.Rank(0);
            case Fault.Hang(var phase) when Agenda.onlyLeaderHas(phase) -> new Who.Rank(0);
            case Fault.OfWorkers _, Fault.Inside _ -> {
                String words = settings.text("who", "random");
                Optional<Who> who = Who.parse(words);
                if (who.isEmpty()) {
                    settings.reject("who", "%s (expected: %s)".formatted(words, Who.EXPECTED));
                }
                yield who.orElseGet(Who.Random::new);
            }
        };
    }

    private static When when(Fault fault, Settings settings) {
        if (fault instanceof Fault.OfData) {
            return new When.Before();
        }
        int times = settings.integer("times", 1, 1, 1_000_000);
        boolean inTime = settings.has("every-seconds");
        double seconds = settings.real("every-seconds", 1, 0.01, SECONDS_MAX);
        int burst = settings.integer("burst", 1, 1, 10_000);
        if (inTime || burst > 1) {
            if (fault instanceof Fault.Inside) {
                settings.reject(
                        inTime ? "every-seconds" : "burst",
                        "is given for a fault inside a worker (expected: step, for this kind)");
            }
            Duration pause = Duration.ofNanos(Math.round(seconds * 1e9));
            return burst == 1
                    ? new When.Every(pause, times)
                    : new When.Bursts(
                            settings.whole("step", 0, Long.MAX_VALUE),
                            times,
                            settings.integer("apart", 10, 1, 1_000_000),
                            burst,
                            pause);
        }
        return new When.AtStep(
                settings.whole("step", 0, Long.MAX_VALUE),
                settings.integer("spread", 0, 0, 1_000_000),
                times,
                settings.integer("apart", 10, 1, 1_000_000),
                settings.flag("hurry", false));
    }

    /** Returns this plan with another pause between faults that are repeated in time. */
    public FaultPlan every(Duration pause) {
        List<Planned> others = faults.stream()
                .map(planned -> new Planned(planned.fault(), planned.who(), paced(planned.when(), pause)))
                .toList();
        return new FaultPlan(pace, others);
    }

    private static When paced(When when, Duration pause) {
        return switch (when) {
            case When.Every(Duration _, int times) -> new When.Every(pause, times);
            case When.Bursts(long step, int times, int apart, int size, Duration _) ->
                new When.Bursts(step, times, apart, size, pause);
            case When.AtStep _, When.Before _ -> when;
        };
    }
}
