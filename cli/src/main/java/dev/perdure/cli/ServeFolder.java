package dev.perdure.cli;

import dev.perdure.oip.OipAddress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of everything that serves together.
 *
 * <pre>
 * parent.lock    held by the parent           gateway-1.lock   held by the first gateway; and so for each
 * session        how it was started           orders           what clients asked to be loaded and unloaded
 * parent.pid     a {@link ServedProcess}      gateway-1.pid    likewise     g1/r3.pid    likewise, of a replica
 * gateway-1.out  what it says to people       gateway-1.log    its log      g1/r3.log    likewise
 * gateway-1.sock where its parent asks it     g1/r3.sock       where it is asked
 * </pre>
 *
 * @param path short enough for sockets in it
 */
record ServeFolder(Path path) {
    /** What the names of folders begin with that nobody chose. */
    static final String PREFIX = "perdure-serve-";

    private static final String PID = ".pid";

    ServeFolder {
        path = path.toAbsolutePath().normalize();
    }

    /** Returns whether the longest socket's path in it is not too long. */
    boolean isShort() {
        try {
            return new OipAddress.Unix(gateway(999).resolve("r99999.sock"))
                    .path()
                    .isAbsolute();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** Returns whether nobody chose it, and nobody misses it. */
    boolean isTemporary() {
        return path.getFileName().toString().startsWith(PREFIX);
    }

    Path parentPid() {
        return path.resolve("parent" + PID);
    }

    Path session() {
        return path.resolve("session");
    }

    /** Returns the file of what clients asked of any gateway, which all of them look at. */
    Path orders() {
        return path.resolve("orders");
    }

    Path gatewayPid(int number) {
        return path.resolve("gateway-" + number + PID);
    }

    Path gatewayOut(int number) {
        return path.resolve("gateway-" + number + ".out");
    }

    Path gatewayLog(int number) {
        return path.resolve("gateway-" + number + ".log");
    }

    OipAddress.Unix gatewaySocket(int number) {
        return new OipAddress.Unix(path.resolve("gateway-" + number + ".sock"));
    }

    /** Returns where a gateway has its replicas' files. */
    Path gateway(int number) {
        return path.resolve("g" + number);
    }

    /** Returns the lock that the parent holds; nothing when another process does. */
    Optional<FileLock> lockParent() throws IOException {
        return lock("parent.lock");
    }

    /** Returns the lock that a gateway holds; nothing when another process does. */
    Optional<FileLock> lockGateway(int number) throws IOException {
        return lock("gateway-%d.lock".formatted(number));
    }

    boolean hasParentLock() {
        return Files.exists(path.resolve("parent.lock"));
    }

    private Optional<FileLock> lock(String name) throws IOException {
        FileChannel channel = FileChannel.open(path.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException _) {
            // This very process holds it.
        }
        if (lock == null) {
            channel.close();
        }
        return Optional.ofNullable(lock);
    }

    /** Returns everybody who lives: the parent, gateways, replicas. */
    List<ServedProcess> processes() throws IOException {
        var all = new ArrayList<ServedProcess>();
        ServedProcess.read(parentPid()).ifPresent(all::add);
        for (int number : gateways()) {
            ServedProcess.read(gatewayPid(number)).ifPresent(all::add);
            for (ServedProcess replica : replicas(gateway(number))) {
                all.add(replica.ofGateway(number));
            }
        }
        all.removeIf(process -> !process.isAlive());
        return all;
    }

    /** Returns the gateways that there are, or were. */
    List<Integer> gateways() throws IOException {
        return names(path).stream()
                .filter(name -> name.matches("gateway-[0-9]{1,4}\\.(pid|lock)|g[0-9]{1,4}"))
                .map(name -> Integer.parseInt(name.replaceAll("[^0-9]", "")))
                .distinct()
                .sorted()
                .toList();
    }

    /** Returns what the files of a gateway's folder say about its replicas, which may be over. */
    static List<ServedProcess> replicas(Path gateway) throws IOException {
        return names(gateway).stream()
                .filter(name -> name.matches("r[0-9]{1,9}\\.pid"))
                .flatMap(name -> ServedProcess.read(gateway.resolve(name)).stream())
                .toList();
    }

    /** Returns the names in a folder, in order; none when it is not there. */
    static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (NoSuchFileException _) {
            return List.of();
        }
    }

    /** Removes what a session leaves that is over; of a folder that somebody chose logs stay. */
    void clear() throws IOException {
        if (isTemporary()) {
            remove();
            return;
        }
        for (String name : names(path)) {
            if (name.matches("g[0-9]{1,4}")) {
                remove(path.resolve(name));
            } else if (name.matches("(parent|gateway-[0-9]{1,4})\\.(pid|sock|lock)|session|orders(\\.lock)?")) {
                Files.deleteIfExists(path.resolve(name));
            }
        }
    }

    /** Removes it with everything in it, as far as that can be done. */
    void remove() throws IOException {
        remove(path);
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (NoSuchFileException _) {
            // somebody else has
        }
    }
}
