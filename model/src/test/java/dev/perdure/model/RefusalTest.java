package dev.perdure.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.perdure.format.DigestFooter;
import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is done to a bundle: it is refused, by a message that names what is bad. */
class RefusalTest {
    private static final String MANIFEST = "bundle.json";
    private static final Trust ANYBODY = Trust.anybody();

    private MemoryObjectStore store = new MemoryObjectStore();

    @BeforeEach
    void store() throws IOException {
        store = Samples.stored();
    }

    private static Refusal refusal(ObjectStore store, Trust trust) {
        var refused = catchThrowableOfType(
                RefusedBundleException.class, () -> Bundles.at(store).verify(trust));
        assertThat(refused).as("refused").isNotNull();
        assertThat(refused).hasMessageStartingWith("bundle ").hasMessageContaining("expected:");
        refused.refusal().object().ifPresent(name -> assertThat(refused).hasMessageContaining(tail(name)));
        return refused.refusal();
    }

    private static String tail(String name) {
        return name.substring(name.lastIndexOf('/') + 1)
                .substring(0, Math.min(10, name.length() - name.lastIndexOf('/') - 1));
    }

    @Test
    void everyByteOfTheManifestThatIsChangedIsRefusedWhoeverIsTrusted() throws IOException {
        byte[] whole = store.readAll(MANIFEST);
        for (int at = 0; at < whole.length; at++) {
            for (int flip : new int[] {1, 0x20, 0x80}) {
                byte[] changed = whole.clone();
                changed[at] ^= (byte) flip;
                Samples.replace(store, MANIFEST, changed);
                for (Trust trust : List.of(Samples.TRUST, ANYBODY)) {
                    assertThat(refusal(store, trust))
                            .as("byte %d", at)
                            .isEqualTo(new Refusal.Altered(MANIFEST, "the digest at its end"));
                }
            }
        }
    }

    @Test
    void everyLengthThatTheManifestIsCutToIsRefused() throws IOException {
        byte[] whole = store.readAll(MANIFEST);
        for (int length = 0; length < whole.length; length++) {
            Samples.replace(store, MANIFEST, Arrays.copyOf(whole, length));
            assertThat(refusal(store, ANYBODY)).as("cut to %d", length).isInstanceOf(Refusal.Altered.class);
        }
        Samples.replace(store, MANIFEST, Arrays.copyOf(whole, whole.length + 1));
        assertThat(refusal(store, ANYBODY)).isInstanceOf(Refusal.Altered.class);
    }

    @Test
    void aManifestThatWasSealedAgainIsNotTheOneThatWasSigned() throws IOException {
        String text = new String(store.readAll(MANIFEST), UTF_8);
        for (String[] change : new String[][] {{"zero", "zer0"}, {"255.0", "256.0"}, {"\"digits\"", "\"digit5\""}}) {
            assertThat(text).contains(change[0]);
            Samples.replace(store, MANIFEST, sealed(text.replace(change[0], change[1])));
            String key = Samples.KEY.publicHalf().id();
            assertThat(refusal(store, Samples.TRUST)).isEqualTo(new Refusal.WrongSignature(key));
            assertThat(refusal(store, Samples.TRUST.orUnsigned())).isEqualTo(new Refusal.WrongSignature(key));
        }
    }

    static byte[] sealed(String text) {
        int end = text.lastIndexOf("\"digest\": \"");
        return DigestFooter.append(
                text.substring(0, end < 0 ? text.length() : end).getBytes(UTF_8));
    }

    @Test
    void everyByteOfEveryObjectThatIsChangedIsRefusedByName() throws IOException {
        for (String name : store.list("objects/")) {
            byte[] whole = store.readAll(name);
            int stride = Math.max(1, whole.length / 500);
            for (int at = 0; at < whole.length; at += stride) {
                byte[] changed = whole.clone();
                changed[at] ^= 1;
                Samples.replace(store, name, changed);
                assertThat(refusal(store, ANYBODY))
                        .as("%s byte %d", name, at)
                        .isEqualTo(new Refusal.Altered(name, "the SHA-256 that it is named by"));
            }
            Samples.replace(store, name, whole);
        }
        assertThatCode(() -> Bundles.at(store).verify(Samples.TRUST)).doesNotThrowAnyException();
    }

    @Test
    void everyObjectThatIsCutOrAddedToOrTakenAwayIsRefusedByName() throws IOException {
        for (String name : store.list("objects/")) {
            byte[] whole = store.readAll(name);
            for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1, whole.length + 1}) {
                Samples.replace(store, name, Arrays.copyOf(whole, length));
                assertThat(refusal(store, ANYBODY)).isEqualTo(new Refusal.WrongSize(name, length, whole.length));
            }
            store.delete(name);
            assertThat(refusal(store, ANYBODY)).isEqualTo(new Refusal.Missing(name));
            Samples.replace(store, name, whole);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "objects/0000000000000000000000000000000000000000000000000000000000000000",
        "objects/x",
        "model.pt",
        "signatures/x",
        "objects/deep/er",
        "bundle.json.bak"
    })
    void whateverElseLiesThereIsRefusedByName(String name) throws IOException {
        store.putIfAbsent(name, new byte[] {1});
        assertThat(refusal(store, Samples.TRUST)).isEqualTo(new Refusal.Unexpected(name));
        assertThat(refusal(store, ANYBODY)).isEqualTo(new Refusal.Unexpected(name));
    }

    @Test
    void everyByteOfTheSignatureThatIsChangedOrCutIsRefused() throws IOException {
        String key = Samples.KEY.publicHalf().id();
        String name = "signatures/" + key;
        byte[] whole = store.readAll(name);
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= 1;
            for (byte[] bytes :
                    List.of(changed, Arrays.copyOf(whole, at), Arrays.copyOf(whole, whole.length + 1 + at))) {
                Samples.replace(store, name, bytes);
                assertThat(refusal(store, Samples.TRUST)).isEqualTo(new Refusal.WrongSignature(key));
                assertThat(refusal(store, Samples.TRUST.orUnsigned())).isEqualTo(new Refusal.WrongSignature(key));
            }
        }
    }

    @Test
    void aSignatureUnderAnotherKeysNameIsRefused() throws IOException {
        byte[] signature =
                store.readAll("signatures/" + Samples.KEY.publicHalf().id());
        store.putIfAbsent("signatures/" + Samples.OTHER_KEY.publicHalf().id(), signature);
        var both = Trust.only(List.of(Samples.KEY.publicHalf(), Samples.OTHER_KEY.publicHalf()));
        assertThat(refusal(store, both))
                .isEqualTo(new Refusal.WrongSignature(
                        Samples.OTHER_KEY.publicHalf().id()));
    }

    @Test
    void nobodysAndStrangersBundlesAreUsedOnlyWhereThatIsAllowed() throws IOException {
        Trust stranger = Trust.only(List.of(Samples.OTHER_KEY.publicHalf()));
        String key = Samples.KEY.publicHalf().id();
        assertThat(refusal(store, stranger))
                .isEqualTo(new Refusal.UnknownKey(
                        List.of(key), List.of(Samples.OTHER_KEY.publicHalf().id())));
        assertThat(refusal(store, Trust.only(List.of()))).isEqualTo(new Refusal.UnknownKey(List.of(key), List.of()));
        assertThat(Bundles.at(store).verify(stranger.orUnsigned()).standing())
                .isEqualTo(new Standing.SignedByStrangers(List.of(key)));

        store.delete("signatures/" + key);
        assertThat(refusal(store, Samples.TRUST)).isEqualTo(new Refusal.Unsigned());
        assertThat(Bundles.at(store).verify(Samples.TRUST.orUnsigned()).standing())
                .isEqualTo(new Standing.Unsigned());
    }

    @Test
    void aNewerFormatIsRefusedBeforeAnythingElseInItIsRead() throws IOException {
        Samples.replace(store, MANIFEST, sealed("{\n\"perdure-bundle\": 2,\n\"entirely\": \"different\",\n"));
        assertThat(refusal(store, ANYBODY)).isEqualTo(new Refusal.NewerFormat(2, 1));
    }

    @Test
    void anAbsurdManifestIsRefusedByItsSize() throws IOException {
        Samples.replace(store, MANIFEST, new byte[(16 << 20) + 1]);
        assertThat(refusal(store, ANYBODY)).isEqualTo(new Refusal.TooLarge(MANIFEST, (16 << 20) + 1, 16 << 20));
    }

    @Test
    void nothingIsNoBundle() throws IOException {
        assertThat(refusal(new MemoryObjectStore(), ANYBODY)).isEqualTo(new Refusal.NoBundle(false));
        store.delete(MANIFEST);
        assertThat(refusal(store, Samples.TRUST)).isEqualTo(new Refusal.NoBundle(true));
    }

    /** What a maker could have signed by mistake, or a stranger where unsigned bundles are allowed. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"role\": \"weights\"|\"role\": \"wei/../ghts\"|role",
                "\"role\": \"golden\"|\"role\": \"weights\"|role",
                "\"sha256\": \"|\"sha256\": \"../../etc/passwd|64 hexadecimal digits",
                "\"bytes\": |\"bytes\": 9999999999999, \"bytes\": |given twice",
                "\"bytes\": |\"bytes\": 99999999999999999999|bundle.json",
                "\"bytes\": |\"bytes\": -1, \"byte\": |object '",
                "\"dtype\": \"F32\"|\"dtype\": \"F33\"|inputs[0].dtype",
                "[-1, 1, 2]|[-1, 9223372036854775807, 9223372036854775807]|inputs[0]",
                "[-1, 1, 2]|[-1, 1, -2]|inputs[0]",
                "[-1, 1, 2]|[64, 1, 2]|-1, for the batch",
                "[-1, 1, 2]|[-1, 1, 3]|golden set: input 'image'",
                "\"samples\": 2|\"samples\": 3|golden",
                "\"absolute\": 1.0E-5|\"absolute\": -1|tolerance",
                "\"name\": \"image\"|\"name\": \"logits\"|twice",
                "\"guard/age\"|\"guard/../age\"|guard/../age",
                "\"guard/age\"|\"embedding/fc\"|sketch 'embedding/fc'",
                "\"missingRate\": 0.5|\"missingRate\": 1.5|missing rate",
                "\"created\": \"2026|\"created\": \"soon|created",
                "\"step\": \"divide\"|\"step\": \"multiply\"|preprocessing",
                "\"version\": \"1\"|\"versions\": \"1\"|'version' is missing",
                "\"labels\"|\"surprise\": 1, \"labels\"|'surprise' is unknown",
                "\"labels\"|\"name\": \"again\", \"labels\"|given twice",
                "\"zero\"|\"one\"|label 'one' is given twice",
                "\"program\": \"layers\"|\"program\": \"exe\"|program",
                "\"evaluation\"|\"evaluated\"|evaluated"
            })
    void whatIsWholeButWrongIsRefusedWithThePlace(String what, String instead, String named) throws IOException {
        String text = new String(store.readAll(MANIFEST), UTF_8);
        assertThat(text).contains(what);
        Samples.replace(
                store,
                MANIFEST,
                sealed(text.replaceFirst(
                        java.util.regex.Pattern.quote(what), java.util.regex.Matcher.quoteReplacement(instead))));
        store.delete("signatures/" + Samples.KEY.publicHalf().id());
        var refused = catchThrowableOfType(
                RefusedBundleException.class, () -> Bundles.at(store).verify(ANYBODY));
        assertThat(refused).as("refused").isNotNull();
        assertThat(refused).hasMessageContaining(named);
    }

    @Test
    void whatAStrangerPutsIntoAMessageSteersNoTerminal() throws IOException {
        Samples.replace(store, MANIFEST, sealed("{\n\"perdure-bundle\": 1,\n\"\\u001b[2J\": 1,\n\"objects\": 7,\n"));
        var refused = catchThrowableOfType(
                RefusedBundleException.class, () -> Bundles.at(store).verify(ANYBODY));
        assertThat(String.valueOf(refused.getMessage()).chars()).noneMatch(c -> c < ' ');
    }
}
