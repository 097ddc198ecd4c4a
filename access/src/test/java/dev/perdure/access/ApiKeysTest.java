package dev.perdure.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.core.BadSettingException;
import dev.perdure.oip.Right;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A key opens as whose it is, and no file has it. */
class ApiKeysTest {
    private static final String ALICE = ApiKeys.create(new SecureRandom());
    private static final String OPS = ApiKeys.create(new SecureRandom());

    private static ApiKeys keys(String... lines) {
        return ApiKeys.read("keys", String.join("\n", lines));
    }

    @Test
    void aKeyIsKnownByItsDigestAlone() {
        String line = ApiKeys.line("alice", EnumSet.of(Right.PREDICT), ALICE);
        assertThat(line).startsWith("alice predict ").doesNotContain(ALICE);
        ApiKeys keys = keys(
                "# who may ask",
                "",
                line + "  # on trial",
                ApiKeys.line("ops", EnumSet.of(Right.ADMIN, Right.PREDICT), OPS));
        assertThat(keys.size()).isEqualTo(2);
        Caller alice = keys.find(ALICE).orElseThrow();
        assertThat(alice.name()).isEqualTo("alice");
        assertThat(alice.may(Right.PREDICT)).isTrue();
        assertThat(alice.may(Right.ADMIN)).isFalse();
        assertThat(keys.find(OPS).map(Caller::rights)).contains(EnumSet.allOf(Right.class));
        for (String wrong : List.of("", ALICE + "x", ALICE.substring(1), line.split(" ")[2], "perdure_")) {
            assertThat(keys.find(wrong)).as(wrong).isEqualTo(Optional.empty());
        }
    }

    @Test
    void whoeverMayChangeWhatIsServedMayAsk() {
        assertThat(keys(ApiKeys.line("ops", EnumSet.of(Right.ADMIN), OPS))
                        .find(OPS)
                        .orElseThrow()
                        .may(Right.PREDICT))
                .isTrue();
    }

    @Test
    void everythingThatIsWrongWithAFileIsSaidTogether() {
        String good = ApiKeys.line("alice", EnumSet.of(Right.PREDICT), ALICE);
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> keys("alice predict", "bob root " + "0".repeat(64), "carol predict 12xy", good, good))
                .satisfies(e -> assertThat(e.problems()).hasSize(4))
                .withMessageContaining("keys, line 1: 2 words (expected: 3")
                .withMessageContaining("keys, line 2: role 'root' (expected: predict or admin")
                .withMessageContaining("keys, line 3: '12xy' (expected: a SHA-256, 64 hexadecimal digits)")
                .withMessageContaining("keys, line 5: a key that stands above");
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> keys("# nobody"))
                .withMessageContaining("perdure key api NAME");
    }
}
