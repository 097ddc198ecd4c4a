package dev.perdure.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.chaos.Agenda.Due;
import dev.perdure.chaos.Agenda.Entry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgendaTest {
    private static final String PLAN = """
            faults:
              - kill: {step: 10, spread: 1000, times: 3, apart: 5}
              - exit: {step: 10}
              - abort: {who: two, step: 20}
              - native-crash: {who: all, step: 30}
              - kill: {every-seconds: 2, times: 2}
            """;

    @TempDir
    Path folder;

    @Test
    void thePlanAndTheSeedDecideEverything() {
        FaultPlan plan = FaultPlan.parse("plan.yaml", PLAN);
        assertThat(Agenda.of(plan, 7, 3)).isEqualTo(Agenda.of(FaultPlan.parse("plan.yaml", PLAN), 7, 3));
        assertThat(IntStream.range(0, 20)
                        .mapToObj(seed -> Agenda.of(plan, seed, 3))
                        .distinct())
                .hasSize(20);
    }

    @Test
    void aFaultMoreAtTheEndChangesNothingBeforeIt() {
        Agenda shorter = Agenda.of(FaultPlan.parse("plan.yaml", PLAN), 7, 3);
        Agenda longer = Agenda.of(FaultPlan.parse("plan.yaml", PLAN + "  - stop: {step: 90}\n"), 7, 3);
        assertThat(longer.entries()).startsWith(shorter.entries().toArray(Entry[]::new));
    }

    @Test
    void insideAWorkerNothingIsLeftToChanceAndEachOfSeveralHasAnEntryOfItsOwn() {
        Agenda agenda = Agenda.of(FaultPlan.parse("plan.yaml", PLAN), 7, 3);
        assertThat(agenda.entries())
                .filteredOn(entry -> entry.fault() instanceof Fault.Inside)
                .hasSize(1 + 2 + 3)
                .allSatisfy(entry -> assertThat(entry.who()).isInstanceOf(Who.Rank.class));
        assertThat(agenda.entries()).extracting(Entry::id).doesNotHaveDuplicates();
    }

    @Test
    void stepsSpreadWithinTheirBoundsAndTimesFollowEachOther() {
        Agenda agenda = Agenda.of(FaultPlan.parse("plan.yaml", PLAN), 7, 3);
        for (int n = 0; n < 3; n++) {
            assertThat(((Due.AtStep) agenda.entries().get(n).due()).step()).isBetween(10L + 5L * n, 1010L + 5L * n);
        }
        assertThat(agenda.entries().getLast().due()).isEqualTo(new Due.After(Duration.ofSeconds(4)));
    }

    @Test
    void aBurstIsDueAtOneStepWithPausesAndTheNextAtALaterOne() {
        FaultPlan plan = FaultPlan.parse(
                "plan.yaml", "faults: [kill: {step: 4, burst: 3, times: 2, apart: 20, every-seconds: 0.5}]");
        Agenda agenda = Agenda.of(plan, 7, 3);
        assertThat(agenda.entries()).extracting(Entry::due).containsExactly(afterPause(4, 500, 3, 24));
        assertThat(agenda.entries()).extracting(Entry::draw).doesNotHaveDuplicates();
        assertThat(Agenda.of(plan.every(Duration.ofMillis(20)), 7, 3).entries())
                .extracting(Entry::due)
                .containsExactly(afterPause(4, 20, 3, 24));
    }

    private static Due[] afterPause(long first, long millis, int times, long second) {
        return Stream.of(first, second)
                .flatMap(step -> Stream.generate(() -> new Due.AfterPause(step, Duration.ofMillis(millis)))
                        .limit(times))
                .toArray(Due[]::new);
    }

    @Test
    void everyProcessReadsTheSameAgendaFromTheFolder() throws Exception {
        var shared = new ChaosFolder(folder.resolve("chaos"));
        shared.create(PLAN, 7, 3, Optional.of(Duration.ofMillis(250)));
        assertThat(shared.agenda())
                .isEqualTo(Agenda.of(FaultPlan.parse("plan.yaml", PLAN).every(Duration.ofMillis(250)), 7, 3));
        assertThat(shared.agenda().entries().getLast().due()).isEqualTo(new Due.After(Duration.ofMillis(500)));
    }

    @Test
    void aFaultIsClaimedOnceInAllLives() throws Exception {
        var shared = new ChaosFolder(folder.resolve("once"));
        shared.create(PLAN, 7, 3, Optional.empty());
        assertThat(shared.claim("02-exit", "w0-1", "in step 10")).isTrue();
        assertThat(shared.claim("02-exit", "w0-2", "in step 11")).isFalse();
        assertThat(shared.allFired(Set.of())).singleElement().satisfies(fired -> {
            assertThat(fired.id()).isEqualTo("02-exit");
            assertThat(fired.who()).isEqualTo("w0-1");
            assertThat(fired.how()).isEqualTo("in step 10");
        });
    }
}
