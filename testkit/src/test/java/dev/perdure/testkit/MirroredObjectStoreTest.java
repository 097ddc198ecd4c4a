package dev.perdure.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.MirrorIncident;
import dev.perdure.store.MirrorIncident.Different;
import dev.perdure.store.MirrorIncident.MirrorFailed;
import dev.perdure.store.MirrorIncident.PrimaryFailed;
import dev.perdure.store.MirrorRepair;
import dev.perdure.store.MirroredObjectStore;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MirroredObjectStoreTest extends ObjectStoreContract {
    private static final byte[] HELLO = "hello".getBytes(UTF_8);
    private static final byte[] OTHER = "other".getBytes(UTF_8);

    private final ObjectStore primary = new MemoryObjectStore();
    private final ObjectStore mirror = new MemoryObjectStore();
    private final List<MirrorIncident> incidents = new ArrayList<>();

    @Override
    protected ObjectStore openEmpty() {
        return new MirroredObjectStore(new MemoryObjectStore(), new MemoryObjectStore(), incidents::add);
    }

    @Override
    protected ObjectStore reopen(ObjectStore store) {
        return new MirroredObjectStore(store.copies().get(0), store.copies().get(1), incidents::add);
    }

    private MirroredObjectStore store() {
        return new MirroredObjectStore(primary, mirror, incidents::add);
    }

    private static ObjectStore down(ObjectStore store) {
        return new FaultyObjectStore(store, FaultPlan.fromThenOn(Fault.ERROR_BEFORE, 0));
    }

    private MirroredObjectStore mirrorDown() {
        return new MirroredObjectStore(primary, down(mirror), incidents::add);
    }

    private MirroredObjectStore primaryDown() {
        return new MirroredObjectStore(down(primary), mirror, incidents::add);
    }

    @Test
    void writesToBoth() throws IOException {
        MirroredObjectStore store = store();
        assertThat(store.putIfAbsent("a", HELLO)).isTrue();

        assertThat(primary.readAll("a")).isEqualTo(HELLO);
        assertThat(mirror.readAll("a")).isEqualTo(HELLO);
        assertThat(store.copies()).containsExactly(primary, mirror);
        assertThat(store.owed()).isEmpty();
        assertThat(incidents).isEmpty();
    }

    @Test
    void putsWhileTheMirrorIsDownAndRemembersTheDebt() throws IOException {
        MirroredObjectStore store = mirrorDown();

        assertThat(store.putIfAbsent("b", HELLO)).isTrue();
        assertThat(store.putIfAbsent("a", HELLO)).isTrue();
        assertThat(store.owed()).containsExactly("a", "b");
        assertThat(incidents)
                .allSatisfy(incident -> assertThat(incident).isInstanceOf(MirrorFailed.class))
                .extracting(MirrorIncident::name)
                .containsExactly("b", "a");
    }

    @Test
    void paysTheDebtOnceTheMirrorIsBack() throws IOException {
        ObjectStore away = new FaultyObjectStore(mirror, new FaultPlan(Fault.ERROR_BEFORE, 0, 2, 0));
        MirroredObjectStore store = new MirroredObjectStore(primary, away, incidents::add);
        store.putIfAbsent("a", HELLO);
        store.putIfAbsent("b", OTHER);

        assertThat(store.repair(List.of("a")).toMirror()).containsExactly("a");
        assertThat(store.owed()).containsExactly("b");
        assertThat(store.synchronise().toMirror()).containsExactly("b");
        assertThat(store.owed()).isEmpty();
        assertThat(mirror.readAll("a")).isEqualTo(HELLO);
        assertThat(mirror.readAll("b")).isEqualTo(OTHER);
    }

    @Test
    void lendsThePrimarysFailureToThePut() throws IOException {
        MirroredObjectStore store = primaryDown();

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.putIfAbsent("a", HELLO));
        assertThat(mirror.list("")).isEmpty();
        assertThat(store.owed()).isEmpty();
    }

    @Test
    void letsThePrimaryDecideWhoWon() throws IOException {
        primary.putIfAbsent("a", HELLO);
        MirroredObjectStore store = store();

        assertThat(store.putIfAbsent("a", OTHER)).isFalse();
        assertThat(mirror.list("")).as("the loser's bytes go nowhere").isEmpty();
        assertThat(store.owed()).containsExactly("a");
        assertThat(store.repair(store.owed()).toMirror()).containsExactly("a");
        assertThat(mirror.readAll("a")).isEqualTo(HELLO);
    }

    @Test
    void reportsOtherBytesInTheMirrorAndLeavesThem() throws IOException {
        mirror.putIfAbsent("a", OTHER);
        MirroredObjectStore store = store();

        assertThat(store.putIfAbsent("a", HELLO)).isTrue();
        assertThat(incidents).containsExactly(new Different("a"));
        assertThat(store.owed()).containsExactly("a");
        assertThat(mirror.readAll("a")).isEqualTo(OTHER);
        MirrorRepair repair = store.repair(List.of("a"));
        assertThat(repair.different()).containsExactly("a");
        assertThat(repair.isWhole()).isFalse();
        assertThat(store.owed()).containsExactly("a");
    }

    @Test
    void reportsAnotherLengthInTheMirrorWhenTheNameIsTaken() throws IOException {
        primary.putIfAbsent("a", HELLO);
        mirror.putIfAbsent("a", new byte[2]);

        assertThat(store().putIfAbsent("a", HELLO)).isFalse();
        assertThat(incidents).containsExactly(new Different("a"));
    }

    @Test
    void acceptsTheSameBytesThatAreInTheMirrorAlready() throws IOException {
        mirror.putIfAbsent("a", HELLO);
        MirroredObjectStore store = store();

        assertThat(store.putIfAbsent("a", HELLO)).isTrue();
        assertThat(store.owed()).isEmpty();
        assertThat(incidents).isEmpty();
    }

    @Test
    void readsFromTheMirrorWhatThePrimaryLacksOrCannotGive() throws IOException {
        mirror.putIfAbsent("a", HELLO);
        for (MirroredObjectStore store : List.of(store(), primaryDown())) {
            incidents.clear();
            byte[] shown = new byte[5];
            assertThat(store.readAll("a")).isEqualTo(HELLO);
            assertThat(store.read("a", 1, MemorySegment.ofArray(shown), _ -> {}))
                    .isEqualTo(4);
            assertThat(shown).startsWith('e', 'l', 'l', 'o');
            assertThat(incidents).isNotEmpty().allSatisfy(i -> assertThat(i).isInstanceOf(PrimaryFailed.class));
        }
    }

    @Test
    void goesOnFromTheMirrorWhereThePrimaryStopped() throws IOException {
        MirroredObjectStore store =
                new MirroredObjectStore(new RetryingObjectStoreTest.FailsHalfWay(primary, 1), mirror, incidents::add);
        store.putIfAbsent("a", HELLO);
        byte[] target = new byte[5];
        List<Long> shown = new ArrayList<>();

        assertThat(store.read("a", 0, MemorySegment.ofArray(target), slice -> shown.add(slice.byteSize())))
                .isEqualTo(5);
        assertThat(target).isEqualTo(HELLO);
        assertThat(shown).containsExactly(2L, 3L);
    }

    @Test
    void answersAsThePrimaryWhenTheMirrorKnowsNoBetter() throws IOException {
        MirroredObjectStore store = mirrorDown();

        assertThat(store.size("a")).isEmpty();
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> store.read("a", 0, MemorySegment.ofArray(new byte[1])))
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> primaryDown().size("a"))
                .withMessageContaining("ERROR_BEFORE");
    }

    @Test
    void listsTheUnion() throws IOException {
        primary.putIfAbsent("a", HELLO);
        mirror.putIfAbsent("b", HELLO);
        primary.putIfAbsent("c", HELLO);
        mirror.putIfAbsent("c", HELLO);

        assertThat(store().list("")).containsExactly("a", "b", "c");
        assertThat(mirrorDown().list("")).containsExactly("a", "c");
        assertThat(primaryDown().list("")).containsExactly("b", "c");
        assertThat(incidents).hasSize(2);
        MirroredObjectStore dead = new MirroredObjectStore(down(primary), down(mirror), incidents::add);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> dead.list(""))
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }

    @Test
    void deletesNothingAfterAListingThatThePrimaryDidNotAnswer() throws IOException {
        MirroredObjectStore store = new MirroredObjectStore(
                new FaultyObjectStore(primary, FaultPlan.once(Fault.ERROR_BEFORE, 1)), mirror, incidents::add);
        store.putIfAbsent("a", HELLO);
        store.list("");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> store.delete("a"))
                .withMessageContaining("Synchronise the two, then delete.");
        assertThat(primary.list("")).containsExactly("a");
        assertThat(store.synchronise().isWhole()).isTrue();
        assertThat(store.delete("a")).isTrue();
    }

    @Test
    void deletesFromBothAndRemembersWhatTheMirrorStillHas() throws IOException {
        primary.putIfAbsent("a", HELLO);
        mirror.putIfAbsent("a", HELLO);
        MirroredObjectStore store = new MirroredObjectStore(
                primary, new FaultyObjectStore(mirror, FaultPlan.once(Fault.ERROR_BEFORE, 0)), incidents::add);

        assertThat(store.delete("a")).isTrue();
        assertThat(store.owed()).containsExactly("a");
        assertThat(store.list("")).isEmpty();
        assertThat(store.size("a")).isEmpty();
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> store.read("a", 0, MemorySegment.ofArray(new byte[1])));
        assertThat(store.synchronise().deleted()).containsExactly("a");
        assertThat(mirror.list("")).isEmpty();
        assertThat(primary.list("")).isEmpty();
    }

    @Test
    void putsANewObjectUnderANameThatTheMirrorHasYetToDelete() throws IOException {
        primary.putIfAbsent("a", HELLO);
        mirror.putIfAbsent("a", HELLO);
        MirroredObjectStore store = new MirroredObjectStore(
                primary, new FaultyObjectStore(mirror, FaultPlan.once(Fault.ERROR_BEFORE, 0)), incidents::add);
        store.delete("a");

        assertThat(store.putIfAbsent("a", OTHER)).isTrue();
        assertThat(mirror.readAll("a")).isEqualTo(OTHER);
        assertThat(store.owed()).isEmpty();
    }

    @Test
    void copiesBackToAnEmptyPrimary() throws IOException {
        mirror.putIfAbsent("a", HELLO);
        mirror.putIfAbsent("b/c", new byte[0]);

        MirrorRepair repair = store().synchronise();
        assertThat(repair.toPrimary()).containsExactly("a", "b/c");
        assertThat(repair.isWhole()).isTrue();
        assertThat(primary.readAll("a")).isEqualTo(HELLO);
        assertThat(store().synchronise().toPrimary()).isEmpty();
    }

    @Test
    void mendsOneCopyWithBytesThatTheCallerVerified() throws IOException {
        primary.putIfAbsent("a", OTHER);
        mirror.putIfAbsent("a", HELLO);
        MirroredObjectStore store = store();
        assertThat(store.repair(List.of("a")).different()).containsExactly("a");

        store.copies().getFirst().replaceDamaged("a", List.of(MemorySegment.ofArray(HELLO)));
        assertThat(store.repair(List.of("a")).isWhole()).isTrue();
        assertThat(store.readAll("a")).isEqualTo(HELLO);
    }

    @Test
    void saysWhatCouldNotBeRepaired() throws IOException {
        primary.putIfAbsent("a", HELLO);
        MirrorRepair repair = mirrorDown().repair(List.of("a"));

        assertThat(repair.failed()).containsOnlyKeys("a");
        assertThat(repair.isWhole()).isFalse();
    }

    @Test
    void neverLosesAnObjectWhateverFailsOnEitherSide() throws IOException {
        for (Fault fault : List.of(Fault.ERROR_BEFORE, Fault.ERROR_AFTER_EFFECT, Fault.STORE_FULL, Fault.TORN_WRITE)) {
            for (int side = 0; side < 2; side++) {
                for (long n = 0; n < 12; n++) {
                    ObjectStore one = new MemoryObjectStore();
                    ObjectStore two = new MemoryObjectStore();
                    FaultPlan plan = FaultPlan.once(fault, n);
                    MirroredObjectStore store = new MirroredObjectStore(
                            side == 0 ? new FaultyObjectStore(one, plan) : one,
                            side == 1 ? new FaultyObjectStore(two, plan) : two,
                            incidents::add);
                    List<String> put = new ArrayList<>();
                    for (String name : List.of("a", "b", "c")) {
                        try {
                            store.putIfAbsent(name, HELLO);
                            put.add(name);
                        } catch (IOException e) {
                            assertThat(side)
                                    .as("only the primary's failure is the put's")
                                    .isZero();
                        }
                    }
                    store.repair(store.owed());
                    for (String name : put) {
                        boolean whole = holds(one, name) || holds(two, name);
                        assertThat(whole)
                                .as("%s at %d of side %d: %s", fault, n, side, name)
                                .isTrue();
                    }
                }
            }
        }
    }

    private static boolean holds(ObjectStore store, String name) throws IOException {
        return store.size(name).isPresent() && java.util.Arrays.equals(store.readAll(name), HELLO);
    }
}
