package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.perdure.registry.Generation;
import dev.perdure.registry.Incident;
import dev.perdure.reliability.Experience;
import dev.perdure.reliability.Lifetime;
import dev.perdure.reliability.Plan;
import dev.perdure.reliability.PlanQuestions;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

class PlanReportTest {
    private static final Instant BEGIN = Instant.parse("2026-11-21T09:00:00Z");

    private static Plan plan() {
        Experience seen = Experience.counted(3, 432_000, 3, 432_000)
                .withTimes(List.of(1.0), List.of(30.0), List.of(), List.of(2.0));
        return Plan.of(
                seen,
                new PlanQuestions(
                        0.95,
                        1,
                        OptionalDouble.empty(),
                        OptionalDouble.of(3600),
                        1,
                        OptionalInt.of(8),
                        OptionalDouble.of(0.9999),
                        Optional.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty()));
    }

    @Test
    void aTerminalGetsALineForEachFigureWithIntervalAndFormula() {
        String text = PlanReport.toText(plan());
        assertThat(text.lines())
                .anyMatch(line -> line.matches(
                        " *failures of a worker +0\\.0250 /h +0\\.00516 /h to 0\\.0731 /h +failures / time.*Garwood.*"))
                .anyMatch(line ->
                        line.matches(" *interval, Young +12 min 39 s +7 min 24 s to 27 min 51 s +.*Young 1974.*"))
                .anyMatch(line -> line.matches(" *to have, for 99.99 % +9 .*k-out-of-n.*"));
    }

    @Test
    void aProgramGetsEveryFigureOfTheText() throws Exception {
        var json = new ObjectMapper().readTree(PlanReport.toJson(plan()));
        var sections = json.get("sections");
        assertThat(sections).hasSize(plan().sections().size());
        var rate = sections.get(0).get("figures").get(0);
        assertThat(rate.get("name").asText()).isEqualTo("failures of a worker");
        assertThat(rate.get("unit").asText()).isEqualTo("PER_HOUR");
        assertThat(rate.get("value").asDouble()).isEqualTo(0.025);
        assertThat(rate.get("interval").get("level").asDouble()).isEqualTo(0.95);
    }

    @Test
    void thePageIsWellFormedWithAChartForEachGraphAndLetsNothingIn() throws Exception {
        String page = PlanPage.render(plan(), "</p><script>alert(1)</script>");
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(
                        page.replace("<!DOCTYPE html>", "").getBytes(UTF_8)));
        assertThat(page).doesNotContain("<script").contains("Young", "k-out-of-n");
        long graphs = plan().sections().stream()
                .filter(section -> section.graph() != null)
                .count();
        assertThat(graphs).isEqualTo(2);
        assertThat(page.split("<svg class=\"chart", -1)).hasSize((int) graphs + 1);
    }

    private static Generation generation(long number, long second, String... workers) {
        List<Generation.Member> members = Stream.of(workers)
                .map(worker -> new Generation.Member(worker, "host", 1, 0, 0))
                .toList();
        return new Generation(number, 1, 1, members, BEGIN.plusSeconds(second), "because");
    }

    private static Incident incident(long number, long second, String kind, String subject) {
        return Incident.open(number, BEGIN.plusSeconds(second), kind, subject, "seen");
    }

    @Test
    void aWorkerLivesFromItsFirstGenerationUntilItFailsLeavesOrTheRunEnds() {
        var lives = WorkerLives.of(
                List.of(
                        generation(1, 0, "a", "b"),
                        generation(2, 11, "a"),
                        generation(3, 15, "a", "c"),
                        generation(4, 40, "c", "d")),
                List.of(
                        incident(1, 10, "worker-killed", "b"),
                        incident(2, 12, "group-broken", "the group"),
                        incident(3, 50, "save-failed", "c")),
                Optional.of(BEGIN.plusSeconds(60)));
        assertThat(lives.lives())
                .containsExactlyInAnyOrder(
                        new Lifetime(10, true), // b was killed
                        new Lifetime(40, false), // a left
                        new Lifetime(45, false), // c: what failed was a save
                        new Lifetime(20, false));
        assertThat(lives.replaceSeconds()).containsExactly(4.0);
        assertThat(lives.seconds()).isEqualTo(115);
    }

    @Test
    void aRunOfWhichNothingIsKnownHasNoLives() {
        var lives = WorkerLives.of(List.of(), List.of(), Optional.empty());
        assertThat(lives.lives()).isEmpty();
        assertThat(lives.seconds()).isZero();
    }
}
