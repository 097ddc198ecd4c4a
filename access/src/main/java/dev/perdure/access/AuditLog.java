package dev.perdure.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.perdure.core.BadSettingException;
import dev.perdure.oip.AdminAction;
import dev.perdure.oip.Audit;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was changed on a server, when, by whom and with what result: JSON objects in a file, one a line, that nothing here ever
 * changes. That something is asked is durable before it is done; when that cannot be written, it is not done. The file is opened
 * anew for each line, so it may be moved away at any time.
 */
public final class AuditLog implements Audit {
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final InstantSource clock;

    /**
     * Begins a file, or goes on with one.
     *
     * @throws BadSettingException if it cannot be written
     */
    public AuditLog(Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
        try {
            append("");
        } catch (IOException e) {
            throw new BadSettingException(
                    "%s: cannot be written: %s (expected: a file in a folder that is there)".formatted(file, e));
        }
    }

    @Override
    public void asked(AdminAction action) {
        try {
            append(line("asked", action, ""));
        } catch (IOException e) {
            LOG.error("the audit log cannot be written, so {} was not done", action.operation(), e);
            throw new OipException(
                    OipError.UNAVAILABLE,
                    "the audit log cannot be written, so this is not done (expected: a disk with room). The server's log says"
                            + " more");
        }
    }

    @Override
    public void ended(AdminAction action, boolean isDone, String reason) {
        try {
            append(line(isDone ? "done" : "failed", action, reason));
        } catch (IOException e) {
            LOG.error(
                    "the audit log cannot be written: {} of {} has ended: {}",
                    action.operation(),
                    action.who(),
                    reason,
                    e);
        }
    }

    @Override
    public void refused(AdminAction action, String reason) {
        try {
            append(line("refused", action, reason));
        } catch (IOException e) {
            LOG.error("the audit log cannot be written: {} was refused to {}", action.operation(), action.who(), e);
        }
    }

    private String line(String result, AdminAction action, String reason) {
        return JSON.createObjectNode()
                        .put("at", clock.instant().toString())
                        .put("result", result)
                        .put("who", action.who())
                        .put("from", action.peer())
                        .put("what", action.operation().word())
                        .put("path", action.path())
                        .put("model", action.model())
                        .put("trace", action.trace().traceId())
                        .put("reason", reason)
                + "\n";
    }

    private synchronized void append(String line) throws IOException {
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (FileChannel channel = FileChannel.open(file, Set.of(CREATE, APPEND), ownerOnly)) {
            ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }
}
