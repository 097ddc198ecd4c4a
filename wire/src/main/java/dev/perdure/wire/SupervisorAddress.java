package dev.perdure.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import dev.perdure.core.Digests;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a supervisor listens, and the secret without which it listens to nobody. It is kept in a file that only its owner
 * can read, and outlives its supervisor: a successor writes its own over it.
 *
 * @param host a name or address that workers can reach
 * @param token 64 hexadecimal digits
 * @param epoch greater than that of every supervisor before
 */
public record SupervisorAddress(String host, int port, String token, long epoch) {
    private static final Pattern FILE = Pattern.compile("""
            (perdure supervisor 1
            host (\\S+)
            port (\\d{1,5})
            token ([0-9a-f]{64})
            epoch (\\d{1,18})
            )sha256 ([0-9a-f]{64})
            """);

    public SupervisorAddress {
        if (host.isBlank() || port < 1 || port > 65_535 || epoch < 0 || !token.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "supervisor: host '%s', port %d, epoch %d, token of %d characters (expected: a name, 1 to 65535, >= 0, 64 hexadecimal digits)"
                            .formatted(host, port, epoch, token.length()));
        }
    }

    /** Returns a secret that nobody can guess. */
    static String newToken() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    /**
     * Reads the address of a run's supervisor.
     *
     * @throws NoSupervisorException if the file is absent or damaged
     */
    public static SupervisorAddress read(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new NoSupervisorException(
                    "%s: absent (expected: written by the run's supervisor). Is one running?".formatted(file));
        }
        Matcher parts = FILE.matcher(text);
        if (!parts.matches() || !sha256(parts.group(1)).equals(parts.group(6))) {
            throw new NoSupervisorException(
                    "%s: damaged (expected: host, port, token, epoch and their SHA-256). The next supervisor writes it anew"
                            .formatted(file));
        }
        return new SupervisorAddress(
                parts.group(2), Integer.parseInt(parts.group(3)), parts.group(4), Long.parseLong(parts.group(5)));
    }

    /** Writes the file in one atomic operation: a reader finds the old one or the new one. */
    void write(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path temporary = Files.createTempFile(folder, file.getFileName().toString(), ".tmp", ownerOnly());
        try {
            Files.writeString(temporary, text());
            Files.move(temporary, file, ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private String text() {
        String said =
                "perdure supervisor 1\nhost %s\nport %d\ntoken %s\nepoch %d\n".formatted(host, port, token, epoch);
        return said + "sha256 " + sha256(said) + "\n";
    }

    private static String sha256(String text) {
        return Digests.sha256(text.getBytes(UTF_8));
    }

    /** Says all but the secret. */
    @Override
    public String toString() {
        return "%s:%d (epoch %d)".formatted(host, port, epoch);
    }
}
