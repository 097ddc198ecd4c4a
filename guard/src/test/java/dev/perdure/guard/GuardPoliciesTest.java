package dev.perdure.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.core.BadSettingException;
import dev.perdure.model.GuardProfile;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** Policies as people write them. */
class GuardPoliciesTest {
    private static SequencedMap<String, Optional<GuardProfile>> models() {
        var models = new LinkedHashMap<String, Optional<GuardProfile>>();
        models.put("people", Tables.learned(200, 1).profile());
        models.put("other", Optional.empty());
        return models;
    }

    private static GuardPolicies read(String yaml) {
        return GuardPolicies.read("guard.yaml", yaml, models());
    }

    @Test
    void whatIsNotWrittenIsAsUsual() {
        assertThat(read("").of("people")).isEqualTo(GuardPolicy.standard());
        assertThat(read("{}").of("anybody")).isEqualTo(GuardPolicy.standard());
    }

    @Test
    void aFeatureIsAboveItsModelAndThatIsAboveAll() {
        GuardPolicies policies = read("""
                outside: reject
                margin: 0.5
                models:
                  people:
                    outside: pass
                    never-missing: impute
                    tail: 0.01
                    features:
                      age: {outside: clip, never-missing: pass}
                """);
        GuardPolicy people = policies.of("people");
        assertThat(people.action("age", Surprise.OUTSIDE)).isEqualTo(Action.CLIP);
        assertThat(people.action("age", Surprise.NEVER_MISSING)).isEqualTo(Action.PASS);
        assertThat(people.action("income", Surprise.OUTSIDE)).isEqualTo(Action.PASS);
        assertThat(people.action("income", Surprise.NEVER_MISSING)).isEqualTo(Action.IMPUTE);
        assertThat(people.margin()).isEqualTo(0.5);
        assertThat(people.tail()).isEqualTo(0.01);
        assertThat(policies.of("other").action("age", Surprise.OUTSIDE)).isEqualTo(Action.REJECT);
        assertThat(policies.of("other").tail()).isEqualTo(GuardPolicy.standard().tail());
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnceWithWhatWasMeant() {
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> read("""
                        outsid: reject
                        size: clip
                        margin: -1
                        models:
                          poeple: {}
                          people:
                            features:
                              agee: {outside: clip}
                              city: {outside: clip}
                              age: {outside: remove}
                        """))
                .satisfies(e -> assertThat(e.problems())
                        .hasSize(7)
                        .anySatisfy(problem ->
                                assertThat(problem).contains("guard.yaml:1: outsid", "Did you mean 'outside'?"))
                        .anySatisfy(problem -> assertThat(problem)
                                .contains("guard.yaml:2: size: clip (expected: one of reject, pass)"))
                        .anySatisfy(problem -> assertThat(problem).contains("guard.yaml:3: margin: -1"))
                        .anySatisfy(problem -> assertThat(problem)
                                .contains("models.poeple", "one of people, other", "Did you mean 'people'?"))
                        .anySatisfy(problem -> assertThat(problem)
                                .contains("features.agee", "is no feature of people", "Did you mean 'age'?"))
                        .anySatisfy(problem -> assertThat(problem)
                                .contains("city.outside", "Known here: missing, unseen-category, no-category"))
                        .anySatisfy(problem -> assertThat(problem)
                                .contains("age.outside: remove (expected: one of clip, impute, reject, pass)")));
    }

    @Test
    void anImagesMeanCannotBeChangedAndThatIsSaid() {
        var models = new LinkedHashMap<String, Optional<GuardProfile>>();
        ProfileMaker maker = ProfileMaker.ofImages(1, 2, 2, 1);
        maker.add(new float[] {0, 1, 2, 3});
        models.put("digits", maker.profile());
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> GuardPolicies.read(
                        "g", "models: {digits: {features: {mean intensity: {outside: clip}}}}", models))
                .withMessageContaining("clip (expected: one of reject, pass)");
    }
}
