package dev.perdure.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.BadSettingException;
import dev.perdure.format.DigestFooter;
import dev.perdure.store.MemoryObjectStore;
import dev.perdure.testkit.Fault;
import dev.perdure.testkit.FaultPlan;
import dev.perdure.testkit.FaultyObjectStore;
import dev.perdure.testkit.SimulatedCrash;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of fault at every store operation: what a reader finds is no bundle, or the whole one. */
class CrashTest {

    @ParameterizedTest
    @EnumSource
    void writingLeavesNoBundleOrTheWholeOne(Fault fault) throws IOException {
        for (long n = 0; ; n++) {
            var disk = new MemoryObjectStore();
            var faulty = new FaultyObjectStore(disk, FaultPlan.once(fault, n));
            boolean returned = returns(() -> Bundles.at(faulty).write(Samples.full(), Samples.KEY));

            assertThat(isWhole(disk) || !returned)
                    .as("%s at operation %d: what was reported is there", fault, n)
                    .isTrue();
            assertThat(isWhole(disk) || !isVisible(disk))
                    .as("%s at operation %d: what can be seen is whole", fault, n)
                    .isTrue();
            String digest = Bundles.at(disk).write(Samples.full(), Samples.KEY);
            assertThat(Bundles.at(disk).verify(Samples.TRUST).digest())
                    .as("%s at operation %d: the next writer comes to the end", fault, n)
                    .isEqualTo(digest);
            if (!faulty.reached()) {
                assertThat(n).as("operations").isGreaterThan(10);
                return;
            }
        }
    }

    /** Another bundle is written after the crash: nothing of the first is in the way, nor in the second. */
    @ParameterizedTest
    @EnumSource(names = {"CRASH_BEFORE", "CRASH_AFTER_EFFECT", "TORN_WRITE_THEN_CRASH"})
    void anotherBundleTakesThePlaceOfWhatACrashLeft(Fault fault) throws IOException {
        for (long n = 0; ; n++) {
            var disk = new MemoryObjectStore();
            var faulty = new FaultyObjectStore(disk, FaultPlan.once(fault, n));
            returns(() -> Bundles.at(faulty).write(Samples.full(), Samples.KEY));
            boolean occupied = isWhole(disk);
            try {
                Bundles.at(disk).write(Samples.bare(), Samples.OTHER_KEY);
                assertThat(occupied).as("%s at operation %d", fault, n).isFalse();
                assertThat(disk.list("")).hasSize(3);
            } catch (BadSettingException e) {
                assertThat(occupied).as("%s at operation %d", fault, n).isTrue();
            }
            if (!faulty.reached()) {
                return;
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void signingLeavesTheBundleAsItWasOrSigned(Fault fault) throws IOException {
        for (long n = 0; ; n++) {
            MemoryObjectStore disk = Samples.stored();
            var faulty = new FaultyObjectStore(disk, FaultPlan.once(fault, n));
            boolean returned = returns(() -> Bundles.at(faulty).sign(Samples.OTHER_KEY));
            assertThat(isWhole(disk)).as("%s at operation %d", fault, n).isTrue();
            assertThat(!returned || isSignedByOther(disk))
                    .as("%s at operation %d", fault, n)
                    .isTrue();
            Bundles.at(disk).sign(Samples.OTHER_KEY);
            assertThat(isSignedByOther(disk)).isTrue();
            if (!faulty.reached()) {
                return;
            }
        }
    }

    /** Nothing that a read gives wrongly comes through: right values, a refusal, or an error of the store. */
    @ParameterizedTest
    @EnumSource
    void readingGivesTheRightValuesOrNone(Fault fault) throws IOException {
        MemoryObjectStore disk = Samples.stored();
        String digest = Bundles.at(disk).verify(Samples.TRUST).digest();
        for (long n = 0; ; n++) {
            var faulty = new FaultyObjectStore(disk, FaultPlan.once(fault, n));
            boolean returned = returns(
                    () -> assertThat(Bundles.at(faulty).verify(Samples.TRUST).digest())
                            .isEqualTo(digest));
            if (fault == Fault.FLIPPED_BIT_ON_READ && faulty.tripped()) {
                assertThat(returned).as("a flipped bit at operation %d", n).isFalse();
            }
            if (!faulty.reached()) {
                return;
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static boolean returns(Work work) {
        try {
            work.run();
            return true;
        } catch (IOException | SimulatedCrash e) {
            return false;
        }
    }

    private static boolean isWhole(MemoryObjectStore disk) throws IOException {
        try {
            Bundles.at(disk).verify(Samples.TRUST);
            return true;
        } catch (RefusedBundleException e) {
            return false;
        }
    }

    /** Returns whether there is a manifest that proves itself, whatever is behind it. */
    private static boolean isVisible(MemoryObjectStore disk) throws IOException {
        return disk.size("bundle.json").isPresent() && DigestFooter.holds(disk.readAll("bundle.json"));
    }

    private static boolean isSignedByOther(MemoryObjectStore disk) throws IOException {
        return disk.list("signatures/").size() == 2
                && Bundles.at(disk)
                        .verify(Trust.only(java.util.List.of(Samples.OTHER_KEY.publicHalf())))
                        .standing()
                        .equals(new Standing.Signed(
                                java.util.List.of(Samples.OTHER_KEY.publicHalf().id())));
    }
}
