package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.registry.Lease;
import dev.perdure.registry.Registries;
import dev.perdure.registry.Registry;
import dev.perdure.registry.RegistryException;
import dev.perdure.registry.Run;
import dev.perdure.supervision.Event;
import dev.perdure.supervision.Facts;
import dev.perdure.supervision.Targets;
import dev.perdure.training.LeaseClaim.Answer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts whose clocks disagree by an hour, and a registry that they share. */
class LeaseClaimTest {
    private static final String RUN = "digits";
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    Path folder;

    private Registry registry;
    private final List<Event> events = new ArrayList<>();
    private long millis;

    @BeforeEach
    void open() throws RegistryException {
        registry = Registries.sqlite(folder.resolve("registry.db"));
        registry.register(new Run(RUN, NOON, "c0ffee", "beef", "0.1.0"));
    }

    @AfterEach
    void close() {
        registry.close();
    }

    /** A clock that is wrong by so much. */
    private InstantSource clock(Duration wrongBy) {
        return () -> NOON.plusMillis(millis).plus(wrongBy);
    }

    private LeaseClaim claim(String host, Duration wrongBy) {
        return new LeaseClaim(registry, RUN, "supervisor on " + host, clock(wrongBy), () -> millis * 1_000_000);
    }

    /** A supervisor at work on a host. */
    private Records holder(String host, Duration wrongBy) throws RegistryException {
        return holder(host, wrongBy, given(claim(host, wrongBy).ask()));
    }

    private Records holder(String host, Duration wrongBy, Lease lease) {
        return new Records(registry, lease, Facts.none(new Targets(1, 0, 4)), 0, host, clock(wrongBy), events::add);
    }

    private static Lease given(Answer answer) {
        assertThat(answer).isInstanceOf(Answer.Given.class);
        return ((Answer.Given) answer).lease();
    }

    /** The holder renews, and another host asks, for half a minute. Returns all that is answered. */
    private List<Answer> halfAMinute(Records holder, LeaseClaim other) throws RegistryException {
        List<Answer> answers = new ArrayList<>();
        for (long end = millis + 30_000; millis < end; millis += 1_000) {
            if (millis % 2_000 == 0) {
                holder.renew();
            }
            answers.add(other.ask());
        }
        return answers;
    }

    /** Returns after how many seconds it is given. */
    private double secondsUntilGiven(LeaseClaim other) throws RegistryException {
        for (long from = millis; millis < from + 60_000; millis += 250) {
            if (other.ask() instanceof Answer.Given) {
                return (millis - from) / 1e3;
            }
        }
        throw new AssertionError("not given within a minute");
    }

    @Test
    void aStandbyWhoseClockIsAnHourAheadTakesNothingFromOneThatLives() throws RegistryException {
        List<Answer> answers = halfAMinute(holder("a", Duration.ZERO), claim("b", HOUR));
        assertThat(answers).hasOnlyElementsOfType(Answer.Held.class);
        assertThat(events).isEmpty();
    }

    @Test
    void aStandbyWhoseClockIsAnHourBehindTakesOverAsSoonAsAnyOther() throws RegistryException {
        for (Duration wrongBy : List.of(HOUR, Duration.ZERO, HOUR.negated())) {
            LeaseClaim standby = claim("b", wrongBy);
            Records before = holder("a", Duration.ZERO);
            halfAMinute(before, standby);
            before.renew();
            assertThat(secondsUntilGiven(standby)).as("%s", wrongBy).isBetween(9.5, 10.5);
            before.renew();
            assertThat(events)
                    .containsExactly(new Event.Superseded(
                            registry.lease(RUN).orElseThrow().epoch()));
            events.clear();
            registry.release(registry.lease(RUN).orElseThrow());
        }
    }

    @Test
    void whoComesAfterAHolderOfAFastClockIsSeenToRenewAllTheSame() throws RegistryException {
        holder("a", HOUR);
        LeaseClaim second = claim("b", Duration.ZERO);
        secondsUntilGiven(second);
        Records slow = holder("b", Duration.ZERO, registry.lease(RUN).orElseThrow());
        List<Answer> answers = halfAMinute(slow, claim("c", Duration.ZERO));
        assertThat(answers).hasOnlyElementsOfType(Answer.Held.class);
    }

    @Test
    void clocksThatDisagreeAreToldWithWhoAndByHowMuch() throws RegistryException {
        for (Duration wrongBy : List.of(HOUR, HOUR.negated())) {
            Records holder = holder("a", wrongBy);
            List<Answer> answers = halfAMinute(holder, claim("b", Duration.ZERO));
            Answer.Held told = answers.stream()
                    .map(Answer.Held.class::cast)
                    .filter(held -> held.clocksApart().isPresent())
                    .findFirst()
                    .orElseThrow();
            assertThat(told.clocksApart()).contains(wrongBy);
            assertThat(LeaseClaim.words(told.lease(), wrongBy))
                    .contains("supervisor on a", "3600 s", wrongBy.isNegative() ? "behind" : "ahead", "NTP");
            holder.release();
        }
    }

    @Test
    void clocksThatDifferByASecondAreNothingToTell() throws RegistryException {
        List<Answer> answers = halfAMinute(holder("a", Duration.ofSeconds(1)), claim("b", Duration.ZERO));
        assertThat(answers)
                .map(Answer.Held.class::cast)
                .allMatch(held -> held.clocksApart().isEmpty());
    }

    @Test
    void whoRenewsWhileAnotherTakesItKeepsIt() throws RegistryException {
        Lease[] lease = {given(claim("a", Duration.ZERO).ask())};
        Registry late = before(
                "acquire",
                () -> lease[0] = registry.renew(
                        lease[0], Records.LEASE, clock(Duration.ZERO).instant()));
        var hasty = new LeaseClaim(late, RUN, "supervisor on b", clock(HOUR), () -> millis * 1_000_000);
        hasty.ask();
        millis += 10_000;
        assertThat(hasty.ask()).isInstanceOf(Answer.Held.class);
        assertThat(registry.lease(RUN)).contains(lease[0]);
        millis += 9_999;
        assertThat(hasty.ask()).as("from then on it waits anew").isInstanceOf(Answer.Held.class);
    }

    /** Something that may fail. */
    private interface Act {
        void run() throws RegistryException;
    }

    /** Returns the registry, where something happens once before a method is called. */
    private Registry before(String method, Act what) {
        boolean[] done = {false};
        return (Registry) Proxy.newProxyInstance(
                Registry.class.getClassLoader(), new Class<?>[] {Registry.class}, (_, called, arguments) -> {
                    if (called.getName().equals(method) && !done[0]) {
                        done[0] = true;
                        what.run();
                    }
                    try {
                        return called.invoke(registry, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void aHostsOwnLeaseAndOneThatWasGivenBackAreGivenAtOnce() throws RegistryException {
        Records first = holder("a", Duration.ZERO);
        Lease anew = given(claim("a", HOUR).ask());
        assertThat(anew.epoch()).isEqualTo(2);
        first.renew();
        assertThat(events).containsExactly(new Event.Superseded(2));
        registry.release(anew);
        assertThat(given(claim("b", HOUR.negated()).ask()).epoch()).isEqualTo(3);
    }

    @Test
    void whoDoesNotWaitIsRefusedAsSoonAsTheOtherIsSeenToRenewAndHearsOfTheClocks() throws Exception {
        Lease[] lease = {given(claim("a", HOUR).ask())};
        List<TrainingEvent> said = new ArrayList<>();
        var listener = new RunListener() {
            @Override
            public void said(TrainingEvent event) {
                said.add(event);
            }
        };
        LeaseClaim claim = claim("b", Duration.ZERO);
        claim.ask();
        millis += 2_000;
        lease[0] = registry.renew(lease[0], Records.LEASE, clock(HOUR).instant());
        assertThatThrownBy(() -> claim.take(new RunFolder(folder), false, () -> false, listener))
                .isInstanceOf(RunTakenException.class)
                .hasMessageContaining("renewed by the supervisor on a")
                .hasMessageContaining("perdure standby");
        assertThat(said).singleElement().asString().contains("clocks disagree", "3600 s ahead");
    }

    @Test
    void whoDoesNotWaitGetsTheLeaseOfOneThatIsGone() throws Exception {
        given(claim("a", HOUR).ask());
        LeaseClaim claim = claim("b", Duration.ZERO);
        var listener = new RunListener() {
            @Override
            public void tick() {
                millis += 1_000;
            }
        };
        Lease taken = claim.take(new RunFolder(folder), false, () -> millis > 20_000, listener)
                .orElseThrow();
        assertThat(taken.holder()).isEqualTo("supervisor on b");
        assertThat(taken.epoch()).isEqualTo(2);
    }

    @Test
    void whoIsToldToStopTakesNothing() throws Exception {
        assertThat(claim("a", Duration.ZERO).take(new RunFolder(folder), true, () -> true, new RunListener() {}))
                .isEmpty();
        assertThat(registry.lease(RUN)).isEmpty();
    }
}
