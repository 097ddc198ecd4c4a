package dev.perdure.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perdure.routing.Placement.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Replicas are spread over hosts, and stay so. */
class PlacementTest {
    private static Host open(int ofVersion, int all) {
        return new Host(ofVersion, all, true);
    }

    private static Host closed(int ofVersion) {
        return new Host(ofVersion, ofVersion, false);
    }

    @Test
    void theHostWithTheFewestOfTheVersionComesFirstThenTheOneWithTheFewestAtAll() {
        assertThat(Placement.order(List.of(open(2, 2), open(1, 9), open(1, 3), open(1, 3))))
                .containsExactly(2, 3, 1, 0);
    }

    @Test
    void aHostThatIsClosedGetsNothing() {
        assertThat(Placement.order(List.of(closed(0), open(5, 5)))).containsExactly(1);
        assertThat(Placement.order(List.of(closed(0), closed(0)))).isEmpty();
        assertThat(Placement.order(List.of())).isEmpty();
    }

    @Test
    void oneMovesFromTheFullestWhereAnotherHasTwoFewer() {
        assertThat(Placement.overfull(List.of(open(2, 2), open(0, 7)))).contains(0);
        assertThat(Placement.overfull(List.of(open(0, 0), open(3, 3), open(4, 4))))
                .contains(2);
        assertThat(Placement.overfull(List.of(open(3, 3), open(3, 3), open(1, 1))))
                .contains(0);
    }

    @Test
    void nothingMovesWhereThatWouldSpreadNothingOrToWhereItWouldNotBeTaken() {
        assertThat(Placement.overfull(List.of(open(1, 1), open(0, 0)))).isEmpty();
        assertThat(Placement.overfull(List.of(open(2, 2), closed(0)))).isEmpty();
        assertThat(Placement.overfull(List.of(open(2, 2)))).isEmpty();
        assertThat(Placement.overfull(List.of(closed(9), closed(0)))).isEmpty();
        assertThat(Placement.overfull(List.of())).isEmpty();
    }

    /** A host that takes no more may still have too many. */
    @Test
    void oneMovesAwayFromAHostThatIsClosed() {
        assertThat(Placement.overfull(List.of(closed(3), open(1, 1)))).contains(0);
    }

    @Test
    void numbersThatCannotBeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> open(2, 1)).withMessageContaining("all: 1");
        assertThatIllegalArgumentException().isThrownBy(() -> open(-1, 1)).withMessageContaining("ofVersion: -1");
    }

    /** Whatever goes and comes, what is started and moved ends in a spread in which no two open hosts differ by more than one. */
    @Test
    void movesComeToAnEndInAnEvenSpread() {
        for (long seed = 0; seed < 500; seed++) {
            var random = new Random(seed);
            int hosts = 1 + random.nextInt(5);
            var counts = new ArrayList<Integer>();
            var isOpen = new ArrayList<Boolean>();
            for (int i = 0; i < hosts; i++) {
                counts.add(random.nextInt(6));
                isOpen.add(i == 0 || random.nextInt(4) > 0);
            }
            int all = counts.stream().mapToInt(Integer::intValue).sum();
            int moves = 0;
            while (true) {
                Optional<Integer> from = Placement.overfull(hosts(counts, isOpen));
                if (from.isEmpty()) {
                    break;
                }
                counts.set(from.get(), counts.get(from.get()) - 1);
                int to = Placement.order(hosts(counts, isOpen)).getFirst();
                counts.set(to, counts.get(to) + 1);
                assertThat(++moves).as("seed %d: %s", seed, counts).isLessThanOrEqualTo(all);
            }
            int fewest = Integer.MAX_VALUE;
            int most = 0;
            for (int i = 0; i < hosts; i++) {
                most = Math.max(most, counts.get(i));
                fewest = isOpen.get(i) ? Math.min(fewest, counts.get(i)) : fewest;
            }
            assertThat(most - fewest).as("seed %d: %s", seed, counts).isLessThanOrEqualTo(1);
        }
    }

    private static List<Host> hosts(List<Integer> counts, List<Boolean> isOpen) {
        var hosts = new ArrayList<Host>();
        for (int i = 0; i < counts.size(); i++) {
            hosts.add(new Host(counts.get(i), counts.get(i), isOpen.get(i)));
        }
        return hosts;
    }
}
