package dev.perdure.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.BadSettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFilesTest {
    private static final byte[] TEXT = "text".getBytes(UTF_8);

    @TempDir
    Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void file() {
        file = folder.resolve("release");
    }

    private Path publicFile() {
        return KeyFiles.publicFileOf(file);
    }

    @Test
    void whatOneHalfSignsTheOtherVerifies() throws IOException {
        SigningKey made = KeyFiles.create(file);
        SigningKey read = KeyFiles.readPrivate(file);
        VerifyingKey verifying = KeyFiles.readPublic(publicFile()).getFirst();
        assertThat(read.publicHalf()).isEqualTo(made.publicHalf()).isEqualTo(verifying);
        assertThat(verifying.holds(TEXT, read.sign(TEXT))).isTrue();
        assertThat(verifying.holds("texT".getBytes(UTF_8), read.sign(TEXT))).isFalse();
        assertThat(Samples.KEY.publicHalf().holds(TEXT, read.sign(TEXT))).isFalse();
        assertThat(verifying.holds(TEXT, new byte[3])).isFalse();
    }

    @Test
    void onlyItsOwnerMayReadThePrivateHalf() throws IOException {
        KeyFiles.create(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file)).startsWith("-----BEGIN PRIVATE KEY-----\n");
        assertThat(Files.readString(publicFile())).startsWith("-----BEGIN PUBLIC KEY-----\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----"})
    void aPrivateKeyThatOthersCanGetAtIsRefused(String permissions) throws IOException {
        KeyFiles.create(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        assertThatThrownBy(() -> KeyFiles.readPrivate(file))
                .isInstanceOf(BadSettingException.class)
                .hasMessageContaining(permissions)
                .hasMessageContaining("chmod 600");
    }

    @Test
    void overwritesNeitherHalf() throws IOException {
        KeyFiles.create(file);
        String before = Files.readString(file);
        assertThatThrownBy(() -> KeyFiles.create(file)).hasMessageContaining("exists");
        assertThat(Files.readString(file)).isEqualTo(before);

        Files.delete(file);
        String publicBefore = Files.readString(publicFile());
        assertThatThrownBy(() -> KeyFiles.create(file)).hasMessageContaining("release.pub: exists");
        assertThat(Files.readString(publicFile())).isEqualTo(publicBefore);
        assertThat(file).doesNotExist();
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> KeyFiles.create(folder.resolve("no/such/key")))
                .hasMessageContaining("there is no folder");
        assertThatThrownBy(() -> KeyFiles.readPrivate(file)).hasMessageContaining("no such file (expected: a key)");
        assertThatThrownBy(() -> KeyFiles.readPublic(folder)).hasMessageContaining("holds no Ed25519 key");
    }

    @Test
    void refusesHalvesThatAreNoPair() throws IOException {
        KeyFiles.create(file);
        Files.writeString(publicFile(), KeyFiles.publicText(Samples.KEY.publicHalf()));
        assertThatThrownBy(() -> KeyFiles.readPrivate(file)).hasMessageContaining("not the public half of");
    }

    @Test
    void refusesAPrivateKeyWhereAPublicOneIsMeantAndTheOtherWayRound() throws IOException {
        KeyFiles.create(file);
        assertThatThrownBy(() -> KeyFiles.readPublic(file)).hasMessageContaining("holds a PRIVATE KEY");
        assertThatThrownBy(() -> KeyFiles.readPrivate(publicFile())).hasMessageContaining("PRIVATE KEY");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Dear all",
                "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
                "-----BEGIN PUBLIC KEY-----\nA\n-----END PUBLIC KEY-----\n",
                "-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----\n"
            })
    void refusesWhatIsNoKey(String text) throws IOException {
        Files.writeString(file, text);
        assertThatThrownBy(() -> KeyFiles.readPublic(file))
                .isInstanceOf(BadSettingException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aFolderOrAFileOfManyIsAListOfThoseWhoAreTrusted() throws IOException {
        KeyFiles.create(folder.resolve("b"));
        KeyFiles.create(folder.resolve("a"));
        List<VerifyingKey> keys = KeyFiles.readPublic(folder);
        assertThat(keys).hasSize(2);
        Path together = folder.resolve("together");
        Files.writeString(
                together,
                "Alice:\n" + KeyFiles.publicText(keys.get(0)) + "\nBob:\n" + KeyFiles.publicText(keys.get(1)));
        assertThat(KeyFiles.readPublic(together)).isEqualTo(keys);
    }

    /** The first test vector of RFC 8032, section 7.1: secret, public key, and the signature of nothing. */
    @Test
    void signsAsTheStandardHasIt() throws IOException {
        var hex = HexFormat.of();
        byte[] secret = hex.parseHex("302e020100300506032b657004220420"
                + "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        byte[] known = hex.parseHex(
                "302a300506032b6570032100" + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        Files.writeString(file, pem("PRIVATE KEY", secret));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(publicFile(), pem("PUBLIC KEY", known));
        assertThat(hex.formatHex(KeyFiles.readPrivate(file).sign(new byte[0])))
                .isEqualTo("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, Base64.getEncoder().encodeToString(der), label);
    }
}
