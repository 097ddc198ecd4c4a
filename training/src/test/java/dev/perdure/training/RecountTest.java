package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecountTest {
    private static Recount withThird(long first, long again, long ownerTwice, long checkerTwice, long third) {
        return new Recount(4, 0, first, again, ownerTwice, checkerTwice, Optional.of(new Recount.Third(1, third)));
    }

    private static Recount ofTwo(long first, long again, long ownerTwice, long checkerTwice) {
        return new Recount(0, 1, first, again, ownerTwice, checkerTwice, Optional.empty());
    }

    @Test
    void whoIsAlwaysWrongIsOutvotedByTheCheckerAndAThird() {
        assertThat(withThird(9, 5, 9, 5, 5).culprits()).containsExactly(4);
        assertThat(withThird(5, 9, 5, 9, 5).culprits()).containsExactly(0);
        assertThat(withThird(8, 5, 9, 5, 5).culprits()).containsExactly(4);
    }

    @Test
    void whoWasWrongOnceIsNamedAlthoughItIsRightTheSecondTime() {
        assertThat(withThird(9, 5, 5, 5, 5).culprits()).containsExactly(4);
        assertThat(ofTwo(9, 5, 5, 5).culprits()).containsExactly(0);
        assertThat(ofTwo(5, 9, 5, 5).culprits()).containsExactly(1);
    }

    @Test
    void aThirdThatIsWrongIsNamedToo() {
        assertThat(withThird(9, 5, 5, 5, 7).culprits()).containsExactly(1, 4);
    }

    @Test
    void ofTwoWhoDoesNotReproduceItselfIsWrong() {
        assertThat(ofTwo(8, 5, 9, 5).culprits()).containsExactly(0);
        assertThat(ofTwo(5, 8, 5, 9).culprits()).containsExactly(1);
    }

    @Test
    void whereNoTwoAgreeOrEachStaysWithItsOwnNobodyIsNamed() {
        assertThat(ofTwo(9, 5, 9, 5).culprits()).isEmpty();
        assertThat(ofTwo(9, 5, 8, 4).culprits()).isEmpty();
        assertThat(withThird(9, 5, 8, 5, 7).culprits()).isEmpty();
    }

    @Test
    void saysWhoHadWhat() {
        assertThat(withThird(0x9L << 60, 0x5L << 32, 0x5L << 32, 0x5L << 32, 0x5L << 32)
                        .words())
                .isEqualTo("rank 4, whose it is, had 90000000 and once more 00000005;"
                        + " rank 0 had 00000005 and once more 00000005; rank 1 has 00000005");
    }
}
