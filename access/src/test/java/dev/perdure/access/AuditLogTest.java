package dev.perdure.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.core.BadSettingException;
import dev.perdure.oip.AdminAction;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Operation;
import dev.perdure.oip.Trace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is changed is written down before it is done, or it is not done. */
class AuditLogTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-30T12:00:00Z"));
    private static final AdminAction LOAD = new AdminAction(
            "ops\n\"x\"",
            "/127.0.0.1:5",
            Operation.LOAD,
            "/v2/repository/models/digits/load",
            "digits",
            new Trace("1".repeat(32), "2".repeat(16), "00", ""));

    @TempDir
    Path folder;

    @Test
    void everyLineIsAnObjectAndNoneIsEverChanged() throws IOException {
        Path file = folder.resolve("audit.jsonl");
        var log = new AuditLog(file, CLOCK);
        log.asked(LOAD);
        log.ended(LOAD, true, "");
        new AuditLog(file, CLOCK).refused(LOAD, "role admin is missing");
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(3);
        assertThat(lines.getFirst())
                .isEqualTo("{\"at\":\"2026-11-30T12:00:00Z\",\"result\":\"asked\",\"who\":\"ops\\n\\\"x\\\"\","
                        + "\"from\":\"/127.0.0.1:5\",\"what\":\"load\",\"path\":\"/v2/repository/models/digits/load\","
                        + "\"model\":\"digits\",\"trace\":\"" + "1".repeat(32) + "\",\"reason\":\"\"}");
        assertThat(lines.get(1)).contains("\"result\":\"done\"");
        assertThat(lines.get(2)).contains("\"result\":\"refused\"", "role admin is missing");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void whatCannotBeWrittenDownIsNotDone() throws IOException {
        Path file = folder.resolve("audit.jsonl");
        var log = new AuditLog(file, CLOCK);
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/dev/full"));
        assertThatExceptionOfType(OipException.class)
                .isThrownBy(() -> log.asked(LOAD))
                .withMessageContaining("so this is not done")
                .satisfies(e -> assertThat(e.error()).isEqualTo(OipError.UNAVAILABLE));
        log.ended(LOAD, true, "");
        Files.delete(file);
        log.asked(LOAD);
        assertThat(Files.readAllLines(file)).as("moved away, it begins anew").hasSize(1);
    }

    @Test
    void aPlaceWhereNothingCanBeWrittenIsRefusedAtOnce() {
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> new AuditLog(folder.resolve("none/audit.jsonl"), CLOCK))
                .withMessageContaining("cannot be written");
    }
}
