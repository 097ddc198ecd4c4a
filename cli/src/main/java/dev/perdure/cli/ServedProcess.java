package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.perdure.replica.ProcessId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A process that serves, as a file of one JSON object says it: {@code
 * {"role":"replica","gateway":1,"number":3,"pid":4711,"began":81234,"model":"digits","version":"1","digest":"…"}}. Whoever starts
 * the process writes it, and removes it when it has ended; what a file says may be over, so {@link #isAlive} is asked.
 *
 * @param gateway which one, or whose; absent for the parent
 * @param number of a replica, as messages name it; unique for a version within a gateway
 * @param pid of the process
 * @param began when it began, as {@link ProcessId} has it
 * @param model of a replica
 * @param version of a replica's model
 * @param digest of a replica's bundle
 * @param owner whose a replica is that is kept for another host
 * @param id what that one calls it
 * @param port at which that one asks it; absent while it cannot
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ServedProcess(
        Role role,
        @Nullable Integer gateway,
        @Nullable Long number,
        long pid,
        long began,
        @Nullable String model,
        @Nullable String version,
        @Nullable String digest,
        @Nullable String owner,
        @Nullable String id,
        @Nullable Integer port) {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** What a process is there for. */
    enum Role {
        /** Keeps gateways. */
        @JsonProperty("parent")
        PARENT,
        /** Answers clients, and keeps replicas. */
        @JsonProperty("gateway")
        GATEWAY,
        /** Computes. */
        @JsonProperty("replica")
        REPLICA
    }

    private ServedProcess(Role role, @Nullable Integer gateway, @Nullable Long number, long pid, long began) {
        this(role, gateway, number, pid, began, null, null, null, null, null, null);
    }

    static ServedProcess parent(ProcessId process) {
        return new ServedProcess(Role.PARENT, null, null, process.pid(), process.began());
    }

    static ServedProcess gateway(int number, ProcessId process) {
        return new ServedProcess(Role.GATEWAY, number, null, process.pid(), process.began());
    }

    static ServedProcess replica(long number, ProcessId process, String model, String version, String digest) {
        return new ServedProcess(
                Role.REPLICA, null, number, process.pid(), process.began(), model, version, digest, null, null, null);
    }

    ServedProcess ofGateway(int which) {
        return new ServedProcess(role, which, number, pid, began, model, version, digest, owner, id, port);
    }

    /** Returns the same replica, kept for somebody on another host who calls it so. */
    ServedProcess keptFor(String whom, String itsId) {
        return new ServedProcess(role, gateway, number, pid, began, model, version, digest, whom, itsId, null);
    }

    /** Returns the same replica, asked by that one at a port. */
    ServedProcess askedAt(int where) {
        return new ServedProcess(role, gateway, number, pid, began, model, version, digest, owner, id, where);
    }

    ProcessId process() {
        return new ProcessId(pid, began);
    }

    boolean isAlive() {
        return process().isAlive();
    }

    /** Writes it, whole or not at all. */
    void write(Path file) throws IOException {
        Path draft = file.resolveSibling("%s.%d.new"
                .formatted(file.getFileName(), ProcessHandle.current().pid()));
        Files.writeString(draft, format(), UTF_8);
        Files.move(draft, file, ATOMIC_MOVE, REPLACE_EXISTING);
    }

    String format() {
        try {
            return MAPPER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new AssertionError("it is a plain record", e);
        }
    }

    /** Returns what a file says; nothing when it is not there, or says something else. */
    static Optional<ServedProcess> read(Path file) {
        try {
            return Optional.of(MAPPER.readValue(Files.readString(file, UTF_8), ServedProcess.class));
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
