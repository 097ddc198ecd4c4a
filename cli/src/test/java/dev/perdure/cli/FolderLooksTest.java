package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is made of a folder of bundles, look after look. */
class FolderLooksTest {
    private static final Path ONE = Path.of("m", "1");
    private static final Path TWO = Path.of("m", "2");

    private static SortedMap<Path, String> seen(Path place, String print) {
        return new TreeMap<>(Map.of(place, print));
    }

    private static SortedMap<Path, String> nothing() {
        return new TreeMap<>();
    }

    @Test
    void aBundleIsReadWhenNothingOfItChangesAnyMoreAndThenOnlyWhenItDoes() {
        var first = FolderLooks.NONE.after(seen(ONE, "a"), false);
        assertThat(first.toRead()).isEmpty();
        var growing = first.next().after(seen(ONE, "ab"), false);
        assertThat(growing.toRead()).isEmpty();
        var still = growing.next().after(seen(ONE, "ab"), false);
        assertThat(still.toRead()).containsExactly(ONE);
        var later = still.next().after(seen(ONE, "ab"), false);
        assertThat(later.toRead()).isEmpty();
        var changed = later.next().after(seen(ONE, "c"), false).next().after(seen(ONE, "c"), false);
        assertThat(changed.toRead()).containsExactly(ONE);
    }

    @Test
    void whoeverAsksForALookGetsWhatIsThere() {
        var look = FolderLooks.NONE.after(seen(ONE, "a"), true);
        assertThat(look.toRead()).containsExactly(ONE);
        assertThat(look.next().after(seen(ONE, "a"), true).toRead()).isEmpty();
    }

    @Test
    void aBundleIsGoneWhenTwoLooksDidNotSeeIt() {
        FolderLooks served = FolderLooks.NONE.read(ONE, "a").read(TWO, "b");
        var missed = served.after(seen(TWO, "b"), false);
        assertThat(missed.gone()).isEmpty();
        assertThat(missed.next().after(seen(ONE, "a"), true).toRead()).isEmpty();
        assertThat(missed.next().after(nothing(), false).gone()).containsExactly(ONE);
    }
}
