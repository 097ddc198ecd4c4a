package dev.perdure.training;

import dev.perdure.registry.Generation;
import dev.perdure.registry.Incident;
import dev.perdure.registry.Registry;
import dev.perdure.registry.RegistryException;
import dev.perdure.reliability.Lifetime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the generations and incidents of a team's run tell of its workers.
 *
 * @param lives from a worker's first generation until it failed, left or was last seen, in seconds
 * @param replaceSeconds from each generation that lacked somebody until one was complete again
 * @param incidents in order
 */
record WorkerLives(List<Lifetime> lives, List<Double> replaceSeconds, List<Incident> incidents) {
    private static final int PAGE = 1000;

    WorkerLives {
        lives = List.copyOf(lives);
        replaceSeconds = List.copyOf(replaceSeconds);
        incidents = List.copyOf(incidents);
    }

    /** @param end until when the run was seen; if unknown, its last generation or incident */
    static WorkerLives read(Registry registry, String run, Optional<Instant> end) throws RegistryException {
        List<Generation> generations = new ArrayList<>();
        List<Incident> incidents = new ArrayList<>();
        List<Generation> page = registry.generations(run, -1, PAGE);
        while (!page.isEmpty()) {
            generations.addAll(page);
            page = registry.generations(run, page.getLast().number(), PAGE);
        }
        List<Incident> more = registry.incidents(run, -1, PAGE);
        while (!more.isEmpty()) {
            incidents.addAll(more);
            more = registry.incidents(run, more.getLast().number(), PAGE);
        }
        return of(generations, incidents, end);
    }

    static WorkerLives of(List<Generation> generations, List<Incident> incidents, Optional<Instant> end) {
        Map<String, Instant> failed = new LinkedHashMap<>();
        for (Incident incident : incidents) {
            if (FailureKinds.isOfAWorker(incident.kind())) {
                failed.putIfAbsent(incident.subject(), incident.at());
            }
        }
        Instant last = end.orElseGet(() -> lastSeen(generations, incidents));
        Map<String, Instant> since = new LinkedHashMap<>();
        List<Lifetime> lives = new ArrayList<>();
        for (Generation generation : generations) {
            List<String> members =
                    generation.members().stream().map(Generation.Member::worker).toList();
            since.entrySet().removeIf(life -> {
                boolean gone = !members.contains(life.getKey());
                if (gone) {
                    add(lives, life.getValue(), Optional.ofNullable(failed.get(life.getKey())), generation.formed());
                }
                return gone;
            });
            members.forEach(member -> since.putIfAbsent(member, generation.formed()));
        }
        since.forEach((worker, from) -> add(lives, from, Optional.ofNullable(failed.get(worker)), last));
        return new WorkerLives(lives, replacing(generations), incidents);
    }

    private static Instant lastSeen(List<Generation> generations, List<Incident> incidents) {
        Instant formed =
                generations.isEmpty() ? Instant.EPOCH : generations.getLast().formed();
        Instant noticed =
                incidents.isEmpty() ? Instant.EPOCH : incidents.getLast().at();
        return formed.isAfter(noticed) ? formed : noticed;
    }

    private static void add(List<Lifetime> lives, Instant from, Optional<Instant> failed, Instant seen) {
        double seconds = Duration.between(from, failed.orElse(seen)).toMillis() / 1e3;
        if (seconds > 0) {
            lives.add(new Lifetime(seconds, failed.isPresent()));
        }
    }

    private static List<Double> replacing(List<Generation> generations) {
        List<Double> seconds = new ArrayList<>();
        int complete = 0;
        Optional<Instant> lacking = Optional.empty();
        for (Generation generation : generations) {
            int members = generation.members().size();
            if (members >= complete) {
                complete = members;
                lacking.ifPresent(since ->
                        seconds.add(Duration.between(since, generation.formed()).toMillis() / 1e3));
                lacking = Optional.empty();
            } else if (lacking.isEmpty()) {
                lacking = Optional.of(generation.formed());
            }
        }
        return seconds;
    }

    double seconds() {
        return lives.stream().mapToDouble(Lifetime::time).sum();
    }
}
