package dev.perdure.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.GuardProfile;
import dev.perdure.model.Preprocessing;
import dev.perdure.model.Preprocessing.Column;
import dev.perdure.model.Range;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rows of tables: what is found in them, and what is done about it. */
class TableGuardTest {
    private static final ProfileMaker LEARNED = Tables.learned(2000, 1);
    private static final InputGuard GUARD = Tables.guard(LEARNED, GuardPolicy.standard());

    private static Judgement judge(float... person) {
        return GUARD.judge(Tables.taken(person));
    }

    private static float[] with(int column, float value) {
        float[] person = {40, 3000, 0, 3};
        person[column] = value;
        return person;
    }

    @Test
    void findsNothingInTheDataItLearnedFromButTheExpectedShare() {
        var chance = new Random(1);
        int found = 0;
        int missing = 0;
        for (int i = 0; i < 2000; i++) {
            float[] person = Tables.person(chance);
            missing += Float.isNaN(person[1]) ? 1 : 0;
            for (Finding finding : GUARD.judge(Tables.taken(person)).findings()) {
                assertThat(finding.action()).as(finding.words()).isNotEqualTo(Action.REJECT);
                assertThat(finding.surprise()).isIn(Surprise.EXTREME, Surprise.MISSING);
                found++;
            }
        }
        assertThat(missing).isPositive();
        assertThat(found - missing).as("0.1 % at either end of two columns").isLessThanOrEqualTo(8);
    }

    @Test
    void whatIsAsExpectedIsNotCopied() {
        TensorData input = Tables.taken(with(0, 41), with(0, 50));
        Judgement judgement = GUARD.judge(input);
        assertThat(judgement.input()).isSameAs(input);
        assertThat(judgement.clean()).isTrue();
        assertThat(judgement.accepted()).isTrue();
    }

    @Test
    void aValueFarOutsideIsClippedToTheRangeAndItsMarginAndSaidInRawUnits() {
        Judgement judgement = judge(with(0, 400));
        Finding finding = judgement.findings().getFirst();
        assertThat(finding.feature()).isEqualTo("age");
        assertThat(finding.surprise()).isEqualTo(Surprise.OUTSIDE);
        assertThat(finding.value()).isCloseTo(400, org.assertj.core.data.Offset.offset(1e-3));
        assertThat(finding.action()).isEqualTo(Action.CLIP);
        var ages = (GuardProfile.Feature.Numeric)
                LEARNED.profile().orElseThrow().features().getFirst();
        double greatest =
                ages.values().max() + 0.1 * (ages.values().max() - ages.values().min());
        assertThat((double) Tables.values(judgement.input())[0])
                .isCloseTo((greatest - 40) / 10, org.assertj.core.data.Offset.offset(1e-4));
        assertThat(judge(with(0, Float.NEGATIVE_INFINITY)).findings().getFirst().action())
                .isEqualTo(Action.CLIP);
        assertThat(Tables.values(judge(with(0, Float.POSITIVE_INFINITY)).input())[0])
                .isFinite();
    }

    @Test
    void aValueABitBeyondAllSeenIsExtremeAndLetPass() {
        var ages = (GuardProfile.Feature.Numeric)
                LEARNED.profile().orElseThrow().features().getFirst();
        float beyond = (float) (ages.values().max() + 0.5);
        TensorData input = Tables.taken(with(0, beyond));
        Judgement judgement = GUARD.judge(input);
        assertThat(judgement.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.surprise()).isEqualTo(Surprise.EXTREME);
            assertThat(finding.action()).isEqualTo(Action.PASS);
        });
        assertThat(judgement.input()).isSameAs(input);
    }

    @Test
    void howFarOutIsExtremeIsAsThePolicyHasItAtEitherEnd() {
        var ages = ((GuardProfile.Feature.Numeric)
                        LEARNED.profile().orElseThrow().features().getFirst())
                .quantiles()
                .orElseThrow();
        TensorData input =
                Tables.taken(with(0, (float) ages.quantile(0.05)), with(0, 40), with(0, (float) ages.quantile(0.95)));
        GuardPolicy standard = GuardPolicy.standard();
        var strict = new GuardPolicy(standard.actions(), new LinkedHashMap<>(), standard.margin(), 0.1);
        assertThat(GUARD.judge(input).clean()).isTrue();
        assertThat(Tables.guard(LEARNED, strict).judge(input).findings())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.surprise()).isEqualTo(Surprise.EXTREME);
                    assertThat(finding.samples()).isEqualTo(2);
                });
    }

    @Test
    void ofABatchEachSampleIsChangedByItself() {
        TensorData input = Tables.taken(with(0, 41), with(0, 400), with(0, 43), with(0, -400));
        float[] before = Tables.values(input);
        Judgement judgement = GUARD.judge(input);
        float[] after = Tables.values(judgement.input());
        assertThat(after[0]).isEqualTo(before[0]);
        assertThat(after[6]).isLessThan(before[6]);
        assertThat(after[12]).isEqualTo(before[12]);
        assertThat(after[18]).isGreaterThan(before[18]);
        assertThat(Tables.values(input)).as("what came is not touched").containsExactly(before);
        assertThat(judgement.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.samples()).isEqualTo(2);
            assertThat(finding.sample()).isEqualTo(1);
        });
    }

    @Test
    void aMissingNumberBecomesTheTrainingMeanWhereTrainingHadMissingOnes() {
        Judgement judgement = judge(with(1, Float.NaN));
        assertThat(judgement.findings().getFirst().surprise()).isEqualTo(Surprise.MISSING);
        assertThat(Tables.values(judgement.input())[1]).as("standardised mean").isZero();
        assertThat(judgement.findings().getFirst().words())
                .startsWith("income: missing in sample 0 (expected: ")
                .endsWith("): imputed");
    }

    @Test
    void aMissingNumberIsRejectedWhereTrainingHadNone() {
        Judgement judgement = GUARD.judge(Tables.taken(with(0, 40), with(0, Float.NaN), with(0, 40)));
        assertThat(judgement.findings().getFirst().surprise()).isEqualTo(Surprise.NEVER_MISSING);
        assertThat(judgement.rejected().stream().boxed()).containsExactly(1);
        TensorData rest = InputGuard.without(judgement.input(), judgement.rejected());
        assertThat(rest.shape()).isEqualTo(Shape.of(2, 6));
        assertThat(Tables.values(rest)).containsExactly(Tables.values(Tables.taken(with(0, 40), with(0, 40))));
    }

    @Test
    void aConstantColumnExpectsItsConstantAlone() {
        assertThat(judge(with(3, 3)).clean()).isTrue();
        Judgement judgement = judge(with(3, 4));
        assertThat(judgement.findings().getFirst().surprise()).isEqualTo(Surprise.OUTSIDE);
        assertThat(Tables.values(judgement.input())[5]).isCloseTo(0, org.assertj.core.data.Offset.offset(1e-4f));
    }

    @Test
    void limitsHoldAlsoWherePreprocessingTurnsTheSign() {
        var profile = new GuardProfile(
                100,
                List.of(new GuardProfile.Feature.Numeric("debt", 0, new Range(10, 20), Optional.empty())),
                Optional.empty());
        InputGuard guard = InputGuard.of(
                        profile,
                        new Preprocessing(List.of(new Preprocessing.Step.Divide(-10))),
                        Shape.of(1),
                        GuardPolicy.standard())
                .orElseThrow();
        assertThat(guard.judge(TensorData.of(Shape.of(3, 1), -1f, -1.5f, -2f)).clean())
                .isTrue();
        Judgement judgement = guard.judge(TensorData.of(Shape.of(1, 1), -3f));
        assertThat(judgement.findings().getFirst().expected()).isEqualTo("9.0 to 21.0");
        assertThat((double) Tables.values(judgement.input())[0])
                .isCloseTo(-2.1, org.assertj.core.data.Offset.offset(1e-4));
    }

    @Test
    void noMarkIsAMissingCategoryWhereTrainingHadSuch() {
        var counts = new LinkedHashMap<String, Long>();
        counts.put("Bonn", 500L);
        counts.put("Kiel", 100L);
        counts.put("Ulm", 300L);
        var profile = new GuardProfile(
                1000, List.of(new GuardProfile.Feature.Categorical("city", 0.1, counts)), Optional.empty());
        InputGuard guard = InputGuard.of(profile, Tables.STEPS, Tables.SAMPLE, GuardPolicy.standard())
                .orElseThrow();
        Judgement judgement = guard.judge(Tables.taken(with(2, -1)));
        assertThat(judgement.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.surprise()).isEqualTo(Surprise.MISSING);
            assertThat(finding.action()).isEqualTo(Action.IMPUTE);
            assertThat(finding.shown()).isEqualTo("missing");
        });
        assertThat(Tables.values(judgement.input()))
                .as("no category, as training had it")
                .containsExactly(Tables.values(Tables.taken(with(2, -1))));
    }

    @Test
    void noMarkAtAllIsACategoryNeverSeen() {
        Judgement judgement = judge(with(2, -1));
        assertThat(judgement.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.surprise()).isEqualTo(Surprise.UNSEEN_CATEGORY);
            assertThat(finding.expected()).isEqualTo("one of 'Bonn', 'Kiel', 'Ulm'");
            assertThat(finding.action()).isEqualTo(Action.PASS);
        });
        InputGuard imputing =
                Tables.guard(LEARNED, GuardPolicy.standard().with(Surprise.UNSEEN_CATEGORY, Action.IMPUTE));
        float[] imputed =
                Tables.values(imputing.judge(Tables.taken(with(2, -1))).input());
        assertThat(imputed[2] + imputed[3] + imputed[4]).isEqualTo(1);
        assertThat(imputed[3]).as("Kiel is the rarest").isZero();
    }

    @Test
    void aCategoryThatIsKnownAndWasNeverSeenIsFound() {
        var maker = ProfileMaker.ofTable(List.of(new Column("city", List.of("Bonn", "Kiel"))), 1);
        maker.add(new float[] {0});
        InputGuard guard = InputGuard.of(
                        maker.profile().orElseThrow(),
                        new Preprocessing(List.of(
                                new Preprocessing.Step.Encode(List.of(new Column("city", List.of("Bonn", "Kiel")))))),
                        Shape.of(2),
                        GuardPolicy.standard())
                .orElseThrow();
        Judgement judgement = guard.judge(TensorData.of(Shape.of(1, 2), 0f, 1f));
        assertThat(judgement.findings().getFirst().surprise()).isEqualTo(Surprise.UNSEEN_CATEGORY);
        assertThat(judgement.findings().getFirst().expected()).isEqualTo("one of 'Bonn'");
    }

    @Test
    void marksThatMeanNoCategoryAreRejected() {
        float[][] marks = {{1, 1, 0}, {0.5f, 0, 0}, {0, Float.NaN, 0}, {0, 0, Float.POSITIVE_INFINITY}, {-1, 0, 1}};
        for (float[] of : marks) {
            TensorData input = TensorData.of(Shape.of(1, 6), 0, 0, of[0], of[1], of[2], 0);
            Judgement judgement = GUARD.judge(input);
            assertThat(judgement.findings().getFirst().surprise()).isEqualTo(Surprise.NO_CATEGORY);
            assertThat(judgement.accepted()).isFalse();
        }
    }

    @Test
    void aFeaturesOwnPolicyComesFirst() {
        GuardPolicy policy = GuardPolicy.standard().with("age", Surprise.OUTSIDE, Action.REJECT);
        InputGuard guard = Tables.guard(LEARNED, policy);
        assertThat(guard.judge(Tables.taken(with(0, 400))).accepted()).isFalse();
        assertThat(guard.judge(Tables.taken(with(1, 4e9f))).accepted()).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy.with(Surprise.MISSING, Action.CLIP))
                .withMessageContaining("missing");
    }

    @Test
    void onlyReportingChangesAndRejectsNothing() {
        InputGuard guard = Tables.guard(LEARNED, GuardPolicy.onlyReport());
        TensorData input = TensorData.of(Shape.of(1, 6), Float.NaN, Float.NaN, 7, 7, 7, 1e30f);
        Judgement judgement = guard.judge(input);
        assertThat(judgement.input()).isSameAs(input);
        assertThat(judgement.accepted()).isTrue();
        assertThat(judgement.findings()).hasSize(4);
    }

    @Test
    void aHostileRequestGetsFewFindingsAndALittleMemory() {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            columns.add(new Column("c" + i, List.of()));
        }
        var maker = ProfileMaker.ofTable(columns, 1);
        maker.add(new float[5000]);
        InputGuard guard = InputGuard.of(
                        maker.profile().orElseThrow(), Preprocessing.none(), Shape.of(5000), GuardPolicy.standard())
                .orElseThrow();
        float[] values = new float[5000 * 20];
        java.util.Arrays.fill(values, 1e38f);
        Judgement judgement = guard.judge(TensorData.of(Shape.of(20, 5000), values));
        assertThat(judgement.findings())
                .hasSize(InputGuard.FINDINGS_MAX)
                .allSatisfy(finding -> assertThat(finding.samples()).isEqualTo(20));
        assertThat(judgement.more()).isPositive();
        assertThat(guard.judge(TensorData.of(Shape.of(0, 5000), new float[0])).clean())
                .as("a batch of nothing")
                .isTrue();
    }

    @Test
    void whatCannotBeJudgedIsRefusedInWords() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GUARD.judge(TensorData.of(Shape.of(1, 5), new float[5])))
                .withMessageContaining("expected: F32 [samples, 6]");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        GUARD.judge(new TensorData(DType.F64, Shape.of(1, 6), MemorySegment.ofArray(new double[6]))));
        assertThat(InputGuard.of(LEARNED.profile().orElseThrow(), Tables.STEPS, Shape.of(7), GuardPolicy.standard()))
                .isEmpty();
    }

    @Test
    void readsNativeMemoryThatIsNotAligned() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment place = arena.allocate(25).asSlice(1);
            place.copyFrom(Tables.taken(with(0, 400)).data());
            Judgement judgement = GUARD.judge(new TensorData(DType.F32, Shape.of(1, 6), place));
            assertThat(judgement.findings()).hasSize(1);
        }
    }

    @Test
    void rangesOfAnySizeAreJudgedWithoutBecomingNotNumbers() {
        var feature = new GuardProfile.Feature.Numeric(
                "x", 0, new Range(-Double.MAX_VALUE, Double.MAX_VALUE), Optional.empty());
        for (double margin : new double[] {0, 0.1, 1e300}) {
            GuardPolicy standard = GuardPolicy.standard();
            var policy = new GuardPolicy(standard.actions(), standard.ofFeature(), margin, 0);
            InputGuard guard = InputGuard.of(
                            new GuardProfile(1, List.of(feature), Optional.empty()),
                            Preprocessing.none(),
                            Shape.of(1),
                            policy)
                    .orElseThrow();
            assertThat(guard.judge(TensorData.of(Shape.of(1, 1), Float.MAX_VALUE))
                            .clean())
                    .isTrue();
            assertThat(guard.judge(TensorData.of(Shape.of(1, 1), Float.NaN)).accepted())
                    .isFalse();
        }
    }
}
