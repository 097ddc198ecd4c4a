package dev.perdure.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.Roster.Admission;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RosterTest {
    private static final WorkerId W = new WorkerId("w");

    private final Roster<String, Integer> roster = new Roster<>();

    @Test
    void aNewNameIsAdmitted() {
        assertThat(roster.admit(W, "life", 1)).isEqualTo(admitted(Optional.empty()));
        assertThat(roster.streamOf(W)).contains(1);
    }

    @Test
    void theSameLifeReplacesItsEarlierStream() {
        roster.admit(W, "life", 1);
        assertThat(roster.admit(W, "life", 2)).isEqualTo(admitted(Optional.of(1)));
        assertThat(roster.remove(W, 1))
                .as("the earlier stream speaks for nobody")
                .isFalse();
        assertThat(roster.streamOf(W)).contains(2);
    }

    @Test
    void theSameLifeComesBackAfterItsStreamEnded() {
        roster.admit(W, "life", 1);
        assertThat(roster.remove(W, 1)).isTrue();
        assertThat(roster.admit(W, "life", 2)).isEqualTo(admitted(Optional.empty()));
    }

    @Test
    void anotherLifeIsRefusedAlsoWhenTheFirstIsAway() {
        roster.admit(W, "life", 1);
        assertThat(roster.admit(W, "other", 2)).isEqualTo(new Admission.Refused<>());
        assertThat(roster.streamOf(W)).contains(1);
        roster.remove(W, 1);
        assertThat(roster.admit(W, "other", 2)).isEqualTo(new Admission.Refused<>());
        roster.forget(W);
        assertThat(roster.admit(W, "other", 2)).isEqualTo(admitted(Optional.empty()));
    }

    private static Admission<Integer> admitted(Optional<Integer> replaced) {
        return new Admission.Admitted<>(replaced);
    }
}
