package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.perdure.oip.OipAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How {@code perdure serve} was started, as a file of one JSON object.
 *
 * @param arguments of the command
 * @param workingFolder in which paths among them begin
 * @param addresses at which is listened, with ports; empty while they are not known
 */
record ServeSetup(List<String> arguments, String workingFolder, List<String> addresses) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    ServeSetup {
        arguments = List.copyOf(arguments);
        addresses = List.copyOf(addresses);
    }

    /** Returns what is asked for now; where the session's folder is does not matter. */
    static ServeSetup of(List<String> arguments) {
        return new ServeSetup(arguments, Path.of("").toAbsolutePath().toString(), List.of());
    }

    ServeSetup at(List<OipAddress> where) {
        return new ServeSetup(
                arguments,
                workingFolder,
                where.stream().map(OipAddress::toString).toList());
    }

    List<OipAddress> where() {
        return addresses.stream().map(OipAddress::parse).toList();
    }

    /** Returns whether processes of the other serve what this asks for. */
    boolean isAs(ServeSetup other) {
        return arguments.equals(other.arguments) && workingFolder.equals(other.workingFolder);
    }

    void write(Path file) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(draft, MAPPER.writeValueAsString(this), UTF_8);
        } catch (JsonProcessingException e) {
            throw new AssertionError("it is a plain record", e);
        }
        Files.move(draft, file, ATOMIC_MOVE, REPLACE_EXISTING);
    }

    /** Returns what a file says; nothing when it is not there, or says something else. */
    static Optional<ServeSetup> read(Path file) {
        try {
            return Optional.of(MAPPER.readValue(Files.readString(file, UTF_8), ServeSetup.class));
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
