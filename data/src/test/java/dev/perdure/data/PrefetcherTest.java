package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.data.Prefetcher.Recipe;
import dev.perdure.engine.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrefetcherTest {
    @TempDir
    Path folder;

    private Dataset data;

    @BeforeEach
    void openData() throws IOException {
        Fixtures.writeIdx(folder);
        data = Fixtures.open(folder, Fixtures.with(Fixtures.IDX, "augment: [shift: {pixels: 1}, noise: {sigma: 0.2}]"));
    }

    /** Recipes of changing size, so that buffers must grow and shrink. */
    private static List<Recipe> recipes(int count, long seed) {
        var random = new SplitMix(seed);
        var recipes = new ArrayList<Recipe>();
        for (int i = 0; i < count; i++) {
            int[] ids = new int[1 + random.below(20)];
            for (int j = 0; j < ids.length; j++) {
                ids[j] = random.below(60);
            }
            recipes.add(new Recipe(ids, i % 3 == 0 ? Augment.none() : Augment.seeded(random.next())));
        }
        return recipes;
    }

    @Test
    void givesTheBatchesOfTheRecipesInOrderBitForBit() throws InterruptedException {
        for (int ahead = 1; ahead <= 4; ahead++) {
            List<Recipe> recipes = recipes(100, ahead);
            try (var prefetcher = new Prefetcher(data, recipes.iterator(), ahead)) {
                for (int i = 0; i < recipes.size(); i++) {
                    Batch batch = prefetcher.take().orElseThrow();
                    Recipe recipe = recipes.get(i);
                    Batch direct = data.batch(recipe.ids(), recipe.augment(), java.lang.foreign.Arena.ofAuto());
                    assertThat(batch.inputs().shape()).isEqualTo(direct.inputs().shape());
                    assertThat(Fixtures.bits(batch))
                            .as("ahead %d, batch %d", ahead, i)
                            .isEqualTo(Fixtures.bits(direct));
                }
                assertThat(prefetcher.take()).isEmpty();
                assertThat(prefetcher.take()).isEmpty();
            }
        }
    }

    @Test
    void preparesNoMoreThanItWasAllowed() throws InterruptedException {
        var asked = new AtomicInteger();
        Iterator<Recipe> endless = Stream.generate(() -> {
                    asked.incrementAndGet();
                    return new Recipe(new int[] {1}, Augment.none());
                })
                .iterator();
        try (var prefetcher = new Prefetcher(data, endless, 3)) {
            for (int taken = 1; taken <= 50; taken++) {
                prefetcher.take();
                // One recipe may already be waiting for a buffer, and the iterator looks one ahead.
                assertThat(asked.get()).isLessThanOrEqualTo(taken + 3 + 2);
            }
        }
    }

    @Test
    void bringsAnErrorAfterAllThatWentBeforeIt() throws InterruptedException {
        List<Recipe> recipes = List.of(
                new Recipe(new int[] {1}, Augment.none()),
                new Recipe(new int[] {2}, Augment.none()),
                new Recipe(new int[] {1000}, Augment.none()),
                new Recipe(new int[] {3}, Augment.none()));
        try (var prefetcher = new Prefetcher(data, recipes.iterator(), 3)) {
            assertThat(prefetcher.take()).isPresent();
            assertThat(prefetcher.take()).isPresent();
            assertThatThrownBy(prefetcher::take).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(prefetcher::take).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void bringsAnErrorOfTheRecipesToo() {
        Iterator<Recipe> broken = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Recipe next() {
                throw new NoSuchElementException("no recipe");
            }
        };
        try (var prefetcher = new Prefetcher(data, broken, 1)) {
            assertThatThrownBy(prefetcher::take)
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessage("no recipe");
        }
    }

    @Test
    void leavesNoThreadAndNoMemoryBehind() throws InterruptedException {
        var batches = new ArrayList<Batch>();
        for (int taken = 0; taken < 20; taken++) {
            var prefetcher = new Prefetcher(data, recipes(10, taken).iterator(), 2);
            for (int i = 0; i < taken / 2; i++) {
                prefetcher.take().ifPresent(batches::add);
            }
            prefetcher.close();
            prefetcher.close();
            assertThatThrownBy(prefetcher::take)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the prefetcher is closed");
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(t -> t.getName().equals("perdure-prefetch"));
        assertThat(batches)
                .isNotEmpty()
                .noneMatch(batch -> batch.inputs().data().scope().isAlive());
    }

    @Test
    void refusesToLookLessThanOneBatchAhead() {
        assertThatThrownBy(() -> new Prefetcher(data, recipes(1, 1).iterator(), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ahead: 0 (expected: >= 1)");
    }
}
